"""PyTorch, eager, on the CPU.

The model is written as the lecture writes it, with what makes PyTorch faster
where that costs no clarity: addmm for `@` and `+`, gradients taken as a list
instead of through `.grad`, updates in place, inference_mode where no gradients
are wanted.
"""

import itertools

import torch
import torch.nn.functional as F


def start(threads, _):
    torch.set_num_threads(threads)
    label = f"PyTorch {version()}, eager, {blas()}"
    return label, lambda problem: prepare(problem, eager_gradients)


def version():
    return torch.__version__.split("+")[0]


def blas():
    """Which library multiplies the matrices: the speed depends on it."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    if "BLAS_INFO=mkl" in torch.__config__.show():
        return "MKL"
    with open("/proc/self/maps") as maps:
        if "openblas" in maps.read():
            return "OpenBLAS"
    return "BLAS unknown (slow if it is not OpenBLAS)"


def logits(parameters, X):
    C, W1, b1, W2, b2 = parameters
    emb = F.embedding(X, C)  # [B, T, E]
    h = torch.tanh(torch.addmm(b1, emb.flatten(1), W1))  # [B, H]
    return torch.addmm(b2, h, W2)  # [B, V]


def mean_loss(parameters, X, Y):
    return F.cross_entropy(logits(parameters, X), Y)


def minibatch_loss(parameters, X, Y, ix):
    return mean_loss(parameters, X[ix], Y[ix])


def merged_loss(parameters, X, shares):
    return -(F.log_softmax(logits(parameters, X), 1) * shares).sum()


def sum_of_losses(parameters, X, Y):
    return F.cross_entropy(logits(parameters, X), Y, reduction="sum")


def sampled_loss(parameters, Y, candidates, log_counts):
    emb, W1, b1, W2, b2 = parameters  # W2 [S + B, H] of candidates and targets
    S = len(candidates)
    h = torch.tanh(torch.addmm(b1, emb.flatten(1), W1))
    b = b2 - log_counts
    z = torch.addmm(b[:S], h, W2[:S].T)  # [B, S]
    z = z.masked_fill(candidates == Y[:, None], -torch.inf)
    own = (h * W2[S:]).sum(1) + b[S:]
    return (torch.cat([z, own[:, None]], 1).logsumexp(1) - own).mean()


def eager_gradients(loss_of, parameters, *batch):
    loss = loss_of([p.requires_grad_() for p in parameters], *batch)
    return torch.autograd.grad(loss, parameters), loss.detach()


def prepare(problem, gradients_of, compiled=lambda function: function):
    sizes, given, B = problem["sizes"], problem["parameters"], problem["batchSize"]
    V, T = sizes["vocabularySize"], sizes["contextLength"]
    E, H = sizes["embeddingSize"], sizes["hiddenSize"]
    shapes = {"C": (V, E), "W1": (T * E, H), "b1": (H,), "W2": (H, V), "b2": (V,)}
    parameters = [
        torch.frombuffer(given[name], dtype=torch.float32).view(shape)
        for name, shape in shapes.items()
    ]

    def whole(numbers):
        return torch.frombuffer(numbers, dtype=torch.int32).long()

    X, Y = whole(problem["windows"]["X"]).view(-1, T), whole(problem["windows"]["Y"])
    generator = torch.Generator().manual_seed(problem["seed"])

    def training(step, next_batch):
        def run(count, rate):
            losses = [step(parameters, rate, *next_batch()) for _ in range(count)]
            return torch.stack(losses).mean().item()

        return run

    def descent(loss_of):
        def step(parameters, rate, *batch):
            gradients, loss = gradients_of(loss_of, parameters, *batch)
            with torch.no_grad():
                for p, g in zip(parameters, gradients):
                    p.sub_(g, alpha=rate)
            return loss

        return compiled(step)

    def sampled_step(parameters, rate, ix, candidates, log_counts):
        """Reads and writes only those rows of C and of W2, here [V, H], in use."""
        C, W1, b1, W2, b2 = parameters
        x, y = X[ix], Y[ix]
        seen = torch.cat([candidates, y])
        now = [F.embedding(x, C), W1, b1, W2[seen], b2[seen]]
        gradients, loss = gradients_of(sampled_loss, now, y, candidates, log_counts)
        places = [x.flatten(), None, None, seen, seen]
        with torch.no_grad():
            for p, g, rows in zip(parameters, gradients, places):
                if rows is None:
                    p.sub_(g, alpha=rate)
                else:
                    p.index_add_(0, rows, g.view(-1, *p.shape[1:]), alpha=-rate)
        return loss

    @torch.inference_mode()
    def losses(count, _):
        for _ in range(count):
            total = sum(sum_of(parameters, x, y) for x, y in zip(X.split(B), Y.split(B)))
        return (total / len(Y)).item()

    @torch.inference_mode()
    def names(count, _):
        made = []
        for _ in range(count):
            name, context = "", [0] * T
            while True:
                z = logits(parameters, torch.tensor([context]))
                probs = F.softmax(z, dim=1)
                ix = torch.multinomial(probs, 1, generator=generator).item()
                if ix == 0:
                    break
                name += problem["tokens"][ix]
                context = context[1:] + [ix]
            made.append(name)
        return made

    if problem["kind"] == "names":
        return names
    if problem["kind"] == "loss":
        sum_of = compiled(sum_of_losses)
        return losses
    if problem["kind"] == "merged":
        contexts, row = torch.unique(X, dim=0, return_inverse=True)
        shares = torch.zeros(len(contexts), V)  # of context and next token
        shares.index_put_((row, Y), torch.tensor(1 / len(Y)), accumulate=True)
        return training(descent(merged_loss), lambda: (contexts, shares))
    if problem["candidates"]:
        drawn, steps = problem["drawn"], problem["drawn"]["steps"]
        rows, candidates = (
            whole(drawn[name]).view(steps, -1) for name in ("rows", "candidates")
        )
        log_counts = torch.frombuffer(drawn["logCounts"], dtype=torch.float32)
        batches = itertools.cycle(zip(rows, candidates, log_counts.view(steps, -1)))
        parameters[3] = parameters[3].T.contiguous()
        return training(compiled(sampled_step), lambda: next(batches))
    if B:
        return training(
            descent(minibatch_loss),
            lambda: (X, Y, torch.randint(0, len(Y), (B,), generator=generator)),
        )
    return training(descent(mean_loss), lambda: (X, Y))
