"""The pool of expendable worker processes, and what they are kept from.

pool.py          the pool: jobs are handed in, answers or typed errors come out
lane.py          one worker after another: a job at a time, death by cause
workers.py       worker processes as their parent sees them
zygote.py        the process that workers are forked from
barriers.py      what a worker is kept from, and by what
confinement.py   what a worker reports of it

The parent imports no decoder: those are preloaded in the zygote.
"""
