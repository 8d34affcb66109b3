"""PyTorch as in pytorch.py, with its steps and losses under torch.compile."""

import functools

import pytorch
import torch


def start(threads, _):
    torch.set_num_threads(threads)
    compiled = functools.partial(torch.compile, fullgraph=True, dynamic=False)

    def prepare(problem):
        if problem["kind"] == "names":
            return None  # token by token, it is no faster
        torch.compiler.reset()
        return pytorch.prepare(problem, gradients_of, compiled)

    return f"torch.compile {pytorch.version()}, {pytorch.blas()}", prepare


def gradients_of(loss_of, parameters, *batch):
    return torch.func.grad_and_value(loss_of)(parameters, *batch)
