"""PyTorch, eager, on the CPU: the peer that the ratios refer to.

Run as `python pytorch.py THREADS`, it answers the same questions as
peer_process.ts, one JSON object a line: see there.

The model is written as the lecture writes it, with what makes PyTorch faster
where that costs no clarity: addmm for `@` and `+`, gradients taken as a list
instead of through `.grad`, updates in place, inference_mode where no gradients
are wanted.
"""

import base64
import json
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))

DTYPES = {
    "Float32Array": torch.float32,
    "Uint16Array": torch.int16,  # made unsigned below, PyTorch 1 has no uint16
}


def decode(value):
    """Arrays come as {"array": their type, "base64": their bytes}."""
    if "array" not in value:
        return value
    data = bytearray(base64.b64decode(value["base64"]))
    return torch.frombuffer(data, dtype=DTYPES[value["array"]])


def blas():
    """Which library multiplies the matrices: it decides over the speed."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    if "BLAS_INFO=mkl" in torch.__config__.show():
        return "MKL"
    try:
        with open("/proc/self/maps") as maps:
            loaded = maps.read()
    except OSError:
        return "BLAS unknown"
    for library in ("OpenBLAS", "MKL", "BLIS", "ATLAS"):
        if library.lower() in loaded.lower():
            return library
    return "reference BLAS" if "libblas.so" in loaded else "BLAS unknown"


class Model:
    def __init__(self, problem):
        sizes, given = problem["sizes"], problem["parameters"]
        V, T = sizes["vocabularySize"], sizes["contextLength"]
        E, H = sizes["embeddingSize"], sizes["hiddenSize"]
        self.T = T
        self.C = given["C"].view(V, E)
        self.W1 = given["W1"].view(T * E, H)
        self.b1 = given["b1"]
        self.W2 = given["W2"].view(H, V)
        self.b2 = given["b2"]
        self.parameters = [self.C, self.W1, self.b1, self.W2, self.b2]
        for p in self.parameters:
            p.requires_grad_()

    def logits(self, X):
        emb = self.C[X]  # [B, T, E]
        h = torch.tanh(torch.addmm(self.b1, emb.flatten(1), self.W1))  # [B, H]
        return torch.addmm(self.b2, h, self.W2)  # [B, V]

    def update(self, loss, learning_rate):
        gradients = torch.autograd.grad(loss, self.parameters)
        with torch.no_grad():
            for p, g in zip(self.parameters, gradients):
                p.sub_(g, alpha=learning_rate)


def steps(model, loss_of_next, learning_rate):
    def run(repetitions):
        for _ in range(repetitions):
            loss = loss_of_next()
            model.update(loss, learning_rate)
        return loss.item()

    return run


def prepare(problem):
    """Returns the function that does the task so many times."""
    model = Model(problem)
    windows, B = problem["windows"], problem["rowsAtOnce"]
    X = (windows["X"].long() & 0xFFFF).view(-1, model.T)
    Y = windows["Y"].long() & 0xFFFF
    g = torch.Generator().manual_seed(problem["seed"])
    kind, learning_rate = problem["kind"], problem["learningRate"]

    if kind == "minibatch":

        def loss_of_minibatch():
            ix = torch.randint(0, len(Y), (B,), generator=g)
            return F.cross_entropy(model.logits(X[ix]), Y[ix])

        return steps(model, loss_of_minibatch, learning_rate)

    if kind == "full batch":
        return steps(
            model, lambda: F.cross_entropy(model.logits(X), Y), learning_rate
        )

    if kind == "merged":
        contexts, row = torch.unique(X, dim=0, return_inverse=True)
        counts = torch.zeros(len(contexts), model.W2.shape[1])
        counts.index_put_((row, Y), torch.tensor(1.0), accumulate=True)
        shares = counts / len(Y)  # of context and next token among all rows

        def loss_of_merged():
            return -(F.log_softmax(model.logits(contexts), 1) * shares).sum()

        return steps(model, loss_of_merged, learning_rate)

    if kind == "loss":
        pieces = list(zip(X.split(B), Y.split(B)))

        @torch.inference_mode()
        def losses(repetitions):
            for _ in range(repetitions):
                total = 0.0
                for x, y in pieces:
                    total += F.cross_entropy(model.logits(x), y, reduction="sum")
            return (total / len(Y)).item()

        return losses

    @torch.inference_mode()
    def names(count):
        made = []
        for _ in range(count):
            name, context = "", [0] * model.T
            while True:
                probs = F.softmax(model.logits(torch.tensor([context])), dim=1)
                ix = torch.multinomial(probs, 1, generator=g).item()
                if ix == 0:
                    break
                name += problem["tokens"][ix]
                context = context[1:] + [ix]
            made.append(name)
        return made

    return names


def answer(**reply):
    print(json.dumps(reply), flush=True)


threads = torch.get_num_threads()
answer(
    label=f"PyTorch {torch.__version__} eager, {blas()}, "
    f"{threads} thread{'' if threads == 1 else 's'}"
)
run = None
for line in sys.stdin:
    question = json.loads(line, object_hook=decode)
    if "prepare" in question:
        run = prepare(question["prepare"])
        answer(prepared=True)
    else:
        start = time.perf_counter()
        outcome = run(question["run"])
        answer(seconds=time.perf_counter() - start, outcome=outcome)
