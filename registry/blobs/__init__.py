"""Blobs: what is kept of a work's file besides its record, encrypted, named by its own hash.

It lies beside the database, in a folder or a bucket, since a raster is larger than all else that is kept of a work.

    store.py     the BlobStore protocol, and a blob's name
    folder.py    blobs as files, the default
    s3.py        blobs in a bucket of S3 or of anything that speaks like it; the one file that imports obstore
    vault.py     encryption, bound to a work and a purpose
    safe.py      a store and a vault together: what the journeys use
    orphans.py   blobs that no work names
    opening.py   settings to store
"""
