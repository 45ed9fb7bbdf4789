"""CUDA graphs: launch the hundreds of kernels of a decode step as one.

For an 8B model and a few dozen rows, launching the kernels one by one takes longer than running
them. The step's shapes are fixed, so it can be recorded once and replayed.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Step = Callable[[Tensor], Tensor]
_WARM_UPS = 3


def record(step: Step, state: Tensor) -> tuple[Step | None, str]:
    """A faster ``step`` for states of this shape, or None and the reason why there is none.

    The replay is compared with the plain step before it is trusted. A model that cannot be recorded
    (some quantised kernels wait for the device) decodes as it did before.

    Args:
        step: the same state twice must give the same logits and leave the same cache.
        state: the first state; the recording is of its shape and device.
    """
    held = state.clone()
    try:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(_WARM_UPS):
                expected = step(held)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            logits = step(held)
        graph.replay()
        if not torch.allclose(logits.float(), expected.float(), rtol=1e-3, atol=1e-2):
            return None, "off: the replay disagrees with the plain step"
    except RuntimeError as error:
        torch.cuda.synchronize()
        return None, f"off: {(str(error).splitlines() or [''])[0]}"

    def replay(state: Tensor) -> Tensor:
        held.copy_(state)
        graph.replay()
        return logits

    return replay, "on"
