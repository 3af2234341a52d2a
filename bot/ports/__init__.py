"""The few things the loops need from outside, each a small protocol declared for its consumer.

`poll` and `deliver` know only these; `app` builds what fulfils them. Every time is an aware UTC datetime; every
method of a store is one short transaction, and none is ever held across a fetch or a send.
"""
