"""PyTorch, eager, on the CPU, with one thread or, as `pytorch:2`, with two.

The model is written as the lecture writes it, with what makes PyTorch faster
where that costs no clarity: addmm for `@` and `+`, gradients taken as a list
instead of through `.grad`, updates in place, inference_mode where no gradients
are wanted.
"""

import torch
import torch.nn.functional as F


def start(threads):
    torch.set_num_threads(int(threads or 1))
    label = f"PyTorch {torch.__version__}, eager, {blas()}, threads: {threads or 1}"
    return label, prepare


def blas():
    """Which library multiplies the matrices: the speed depends on it."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    if "BLAS_INFO=mkl" in torch.__config__.show():
        return "MKL"
    with open("/proc/self/maps") as maps:
        if "openblas" in maps.read():
            return "OpenBLAS"
    return "BLAS unknown (slow if it is not OpenBLAS)"


def prepare(problem):
    if problem["candidates"]:
        return None
    sizes, given = problem["sizes"], problem["parameters"]
    V, T = sizes["vocabularySize"], sizes["contextLength"]
    E, H = sizes["embeddingSize"], sizes["hiddenSize"]
    shapes = {"C": (V, E), "W1": (T * E, H), "b1": (H,), "W2": (H, V), "b2": (V,)}
    C, W1, b1, W2, b2 = parameters = [
        torch.frombuffer(given[name], dtype=torch.float32).view(shape)
        for name, shape in shapes.items()
    ]
    for p in parameters:
        p.requires_grad_()
    # made unsigned, since PyTorch 1 has no uint16
    X, Y = (
        torch.frombuffer(problem["windows"][name], dtype=torch.int16).long() & 0xFFFF
        for name in ("X", "Y")
    )
    X = X.view(-1, T)
    B = problem["batchSize"]
    generator = torch.Generator().manual_seed(problem["seed"])

    def logits(X):
        emb = C[X]  # [B, T, E]
        h = torch.tanh(torch.addmm(b1, emb.flatten(1), W1))  # [B, H]
        return torch.addmm(b2, h, W2)  # [B, V]

    def steps(next_loss):
        def run(repetitions):
            for _ in range(repetitions):
                loss = next_loss()
                gradients = torch.autograd.grad(loss, parameters)
                with torch.no_grad():
                    for p, g in zip(parameters, gradients):
                        p.sub_(g, alpha=problem["learningRate"])
            return loss.item()

        return run

    def minibatch_loss():
        ix = torch.randint(0, len(Y), (B,), generator=generator)
        return F.cross_entropy(logits(X[ix]), Y[ix])

    @torch.inference_mode()
    def losses(repetitions):
        for _ in range(repetitions):
            total = 0.0
            for x, y in zip(X.split(B), Y.split(B)):
                total += F.cross_entropy(logits(x), y, reduction="sum")
        return (total / len(Y)).item()

    @torch.inference_mode()
    def names(count):
        made = []
        for _ in range(count):
            name, context = "", [0] * T
            while True:
                probs = F.softmax(logits(torch.tensor([context])), dim=1)
                ix = torch.multinomial(probs, 1, generator=generator).item()
                if ix == 0:
                    break
                name += problem["tokens"][ix]
                context = context[1:] + [ix]
            made.append(name)
        return made

    if problem["kind"] in ("loss", "names"):
        return losses if problem["kind"] == "loss" else names
    if problem["kind"] == "merged":
        contexts, row = torch.unique(X, dim=0, return_inverse=True)
        shares = torch.zeros(len(contexts), V)  # of context and next token
        shares.index_put_((row, Y), torch.tensor(1 / len(Y)), accumulate=True)
        return steps(lambda: -(F.log_softmax(logits(contexts), 1) * shares).sum())
    return steps(minibatch_loss if B else lambda: F.cross_entropy(logits(X), Y))
