"""vLLM computes, our key chooses the token: samples of our own draw at vLLM's speed.

vLLM has an environment and a process of its own: its torch is another than ours. ``serve``,
``draw`` and ``keyed_rows`` run there, and everything else here.
"""
