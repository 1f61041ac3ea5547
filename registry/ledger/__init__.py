"""The chain: any that speaks JSON-RPC, and one of our own for when there is none.

    reader.py       a chain as verification and the watcher see it, through any JSON-RPC
    client.py       the writer's hands: prices, signatures, sending
    sender.py       save, then send
    founding.py     a registry's contract, log and first entry, once
    watcher.py      from sent to mined to final

    block_proof.py  a block's header and receipts -> the proof that outlives a node's memory of them
    proof_keeping.py    made when an anchor is final, and kept

    embedded.py     the embedded chain's one owner: takes a transaction, mines a block
    blocks.py       that chain as anybody reads it: tables of blocks, transactions, receipts and events; no EVM
    evm.py          py-evm over the same SQLite file: its store, its rules, and accounts and calls
    records.py      a block of py-evm, written into the tables
    rpc.py          JSON-RPC requests in, responses out: what `serve` offers as `/rpc`
    methods.py      its methods, which only read
    fees.py         what gas costs there
    quantities.py   its numbers and bytes in hex, and back
    provider.py     the embedded chain as a provider of web3.py, for the sender in the owner's process

`client`, `evm`, `records`, `embedded` and `provider` import web3 or py-evm, which takes a second, and `block_proof`
py-trie, which takes a fifth of one; the others don't.
"""
