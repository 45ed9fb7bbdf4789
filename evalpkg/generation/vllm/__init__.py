"""The vLLM backend: vLLM computes the logits, and our keyed draw chooses each token.

vLLM has an environment and a process of its own, because it needs another torch than ours. The
modules ``serve``, ``draw`` and ``keyed_rows`` run there; all others run here.
"""
