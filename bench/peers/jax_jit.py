"""JAX under jit on the CPU: the steps of a run are one loop in one call.

Buffers are donated, and minibatches drawn inside, by the fastest of JAX's
generators. Names are drawn by the thousand, until the last one has ended.
"""

import functools
import os

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

NAMES = 2048  # drawn at once
LONGEST = 32


def start(threads, _):
    if threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    os.sched_setaffinity(0, range(threads))  # XLA has as many threads as cores
    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_default_prng_impl", "unsafe_rbg")
    return f"JAX {jax.__version__}, jit, XLA and Eigen", prepare


def logits(p, X):
    h = jnp.tanh(p["C"][X].reshape(len(X), -1) @ p["W1"] + p["b1"])
    return h @ p["W2"] + p["b2"]


def losses(p, X, Y):
    z = logits(p, X)
    return jax.nn.logsumexp(z, 1) - jnp.take_along_axis(z, Y[:, None], 1)[:, 0]


def mean_loss(p, X, Y):
    return losses(p, X, Y).mean()


def merged_loss(p, X, shares):
    return -(jax.nn.log_softmax(logits(p, X)) * shares).sum()


def descend(loss_of, p, X, Y, rate):
    loss, gradients = jax.value_and_grad(loss_of)(p, X, Y)
    return jax.tree.map(lambda a, d: a - rate * d, p, gradients), loss


def descend_sampled(p, X, Y, candidates, log_counts, rate):
    """Reads and writes only those rows of C and of W2, here [V, H], in use."""
    S = len(candidates)
    seen = jnp.append(candidates, Y)

    def loss_of(q):
        h = jnp.tanh(q["emb"].reshape(len(X), -1) @ q["W1"] + q["b1"])
        b = q["b2"] - log_counts
        z = jnp.where(candidates == Y[:, None], -jnp.inf, h @ q["W2"][:S].T + b[:S])
        own = (h * q["W2"][S:]).sum(1) + b[S:]
        return (jax.nn.logsumexp(jnp.c_[z, own], 1) - own).mean()

    rows = {"emb": p["C"][X], "W2": p["W2"][seen], "b2": p["b2"][seen]}
    loss, d = jax.value_and_grad(loss_of)({"W1": p["W1"], "b1": p["b1"], **rows})
    return {
        "C": p["C"].at[X].add(-rate * d["emb"]),
        "W1": p["W1"] - rate * d["W1"],
        "b1": p["b1"] - rate * d["b1"],
        "W2": p["W2"].at[seen].add(-rate * d["W2"]),
        "b2": p["b2"].at[seen].add(-rate * d["b2"]),
    }, loss


def prepare(problem):
    sizes, B = problem["sizes"], problem["batchSize"]
    V, T = sizes["vocabularySize"], sizes["contextLength"]
    E, H = sizes["embeddingSize"], sizes["hiddenSize"]
    shapes = {"C": (V, E), "W1": (T * E, H), "b1": (H,), "W2": (H, V), "b2": (V,)}
    given = problem["parameters"]
    p = {name: jnp.array(given[name]).reshape(shapes[name]) for name in shapes}
    X = jnp.array(problem["windows"]["X"]).reshape(-1, T)
    Y = jnp.array(problem["windows"]["Y"])
    key = jax.random.key(problem["seed"])
    if problem["kind"] == "loss":
        return evaluation(p, X, Y, B)
    if problem["kind"] == "names":
        return sampling(p, T, key, np.array(problem["tokens"]))
    if problem["kind"] == "merged":
        contexts, row = np.unique(X, axis=0, return_inverse=True)
        shares = np.zeros((len(contexts), V), np.float32)
        np.add.at(shares, (row.ravel(), np.asarray(Y)), 1 / len(Y))
        X, Y = jnp.array(contexts), jnp.array(shares)

    def step(p, X, Y, i, rate):
        loss_of = merged_loss if problem["kind"] == "merged" else mean_loss
        return descend(loss_of, p, X, Y, rate)

    def minibatch_step(p, X, Y, i, rate):
        ix = jax.random.randint(jax.random.fold_in(key, i), (B,), 0, len(Y))
        given = drawn["rows"]
        ix = jnp.where(i < len(given), given[jnp.minimum(i, len(given) - 1)], ix)
        return descend(mean_loss, p, X[ix], Y[ix], rate)

    def sampled_step(p, X, Y, i, rate):
        now = {name: values[i % len(values)] for name, values in drawn.items()}
        ix, candidates, log_counts = now["rows"], now["candidates"], now["logCounts"]
        return descend_sampled(p, X[ix], Y[ix], candidates, log_counts, rate)

    if not B:
        return training(step, p, X, Y)
    drawn = {
        name: jnp.array(values).reshape(problem["drawn"]["steps"], -1)
        for name, values in problem["drawn"].items()
        if name != "steps" and len(values)
    }
    if not problem["candidates"]:
        return training(minibatch_step, p, X, Y)
    return training(sampled_step, {**p, "W2": p["W2"].T}, X, Y)


def training(step, p, X, Y):
    @functools.partial(jax.jit, donate_argnums=0)
    def train(p, X, Y, first, last, rate):
        def body(i, state):
            p, loss = step(state[0], X, Y, i, rate)
            return p, state[1] + loss

        return lax.fori_loop(first, last, body, (p, 0.0))

    done = 0

    def run(count, rate):
        nonlocal p, done
        p, total = train(p, X, Y, done, done + count, rate)
        done += count
        return float(total) / count

    return run


def evaluation(p, X, Y, B):
    whole = len(Y) // B * B  # rows of whole batches; the others come last
    batches = X[:whole].reshape(-1, B, X.shape[1]), Y[:whole].reshape(-1, B)

    @jax.jit
    def evaluate(p, batches, X, Y):
        sums = lax.map(lambda batch: losses(p, *batch).sum(), batches)
        return (sums.sum() + losses(p, X, Y).sum()) / (whole + len(Y))

    def run(count, _):
        for _ in range(count):
            loss = evaluate(p, batches, X[whole:], Y[whole:]).block_until_ready()
        return float(loss)

    return run


def sampling(p, T, key, tokens):
    @jax.jit
    def sample(p, key):
        def goes_on(state):
            i, X, ended, drawn = state
            return (i < LONGEST) & ~ended.all()

        def draw(state):
            i, X, ended, drawn = state
            token = jax.random.categorical(jax.random.fold_in(key, i), logits(p, X))
            token = jnp.where(ended, 0, token)
            X = jnp.c_[X[:, 1:], token]
            return i + 1, X, ended | (token == 0), drawn.at[:, i].set(token)

        X = jnp.zeros((NAMES, T), jnp.int32)
        drawn = jnp.zeros((NAMES, LONGEST), jnp.int32)
        return lax.while_loop(goes_on, draw, (0, X, jnp.zeros(NAMES, bool), drawn))[3]

    letters = np.where(np.arange(len(tokens)) == 0, "", tokens)
    calls = 0

    def run(count, _):
        nonlocal calls
        names = []
        while len(names) < count:
            calls += 1
            drawn = np.asarray(sample(p, jax.random.fold_in(key, calls)))
            names += map("".join, letters[drawn])
        return names[:count]

    return run
