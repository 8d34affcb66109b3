import { assertEquals } from "@std/assert";
import { tensorText } from "../../lib/model/tensor_text.ts";
import { TorchGenerator } from "../../mod.ts";
import { SEED } from "../oracles.ts";

// What PyTorch 1.13 prints after
// `torch.set_printoptions(threshold=100, sci_mode=False)`.
const generator = new TorchGenerator(SEED);
const C = generator.randn(27 * 2);
const W1 = generator.randn(6 * 100);
const h = generator.randn(32 * 100).map(Math.tanh);

const text = (shape: number[], values: ArrayLike<number>, dtype = "float32") =>
  tensorText({ shape, dtype, values });

Deno.test("tensorText() writes values as PyTorch does, in columns of equal width", () => {
  assertEquals(
    text([3, 2], C.slice(0, 6)),
    `tensor([[ 1.5674, -0.2373],
        [-0.0274, -1.1008],
        [ 0.2859, -0.0296]], shape=[3, 2], dtype=float32)`,
  );
  assertEquals(
    text([2, 2, 3], Float32Array.from({ length: 12 }, (_, i) => i / 8)),
    `tensor([[[0.0000, 0.1250, 0.2500],
         [0.3750, 0.5000, 0.6250]],

        [[0.7500, 0.8750, 1.0000],
         [1.1250, 1.2500, 1.3750]]], shape=[2, 2, 3], dtype=float32)`,
  );
});

Deno.test("tensorText() leaves out the middle of a large tensor", () => {
  assertEquals(
    text([6, 100], W1),
    `tensor([[ 0.6169,  1.5160,  0.2472,  ...,  0.4072, -0.8298,  2.1452],
        [ 0.3326, -0.2617, -0.2109,  ..., -1.7323, -3.0010,  1.4111],
        [ 0.1611,  0.4493,  1.1059,  ...,  0.8225,  1.7068,  0.0670],
        [-0.2244,  0.5166, -0.9419,  ..., -0.9077, -0.4524, -0.9885],
        [-0.7068,  0.9519,  0.0397,  ...,  0.4570, -2.3215, -1.0990],
        [ 0.5289, -2.2218, -0.5206,  ...,  1.4544, -0.6100, -0.5996]],
       shape=[6, 100], dtype=float32)`,
  );
  assertEquals(
    text([32, 100], h),
    `tensor([[-0.9296,  0.9982, -0.7406,  ...,  0.7375, -0.6226,  0.9036],
        [ 0.3554,  0.9939,  0.9209,  ...,  0.8399, -0.3191, -0.5956],
        [ 0.2026,  0.5958, -0.9212,  ...,  0.3599, -0.3931, -0.1739],
        ...,
        [-0.9228, -0.8486,  0.9548,  ..., -0.8273, -0.8615, -0.6343],
        [-0.8162, -0.2427,  0.5721,  ..., -0.7850,  0.2763,  0.5255],
        [ 0.6961, -0.5672,  0.5498,  ..., -0.0724, -0.7442,  0.8140]],
       shape=[32, 100], dtype=float32)`,
  );
});

Deno.test("tensorText() breaks long rows", () => {
  const values = [0, 1].flatMap((row) => [...W1.slice(100 * row).slice(0, 20)]);
  assertEquals(
    text([2, 20], values),
    `tensor([[ 0.6169,  1.5160,  0.2472, -0.3777, -1.9081, -0.3717, -0.9838, -0.1526,
         -0.6279,  0.0770, -1.9911, -1.3050, -1.3792, -0.3056, -0.5421, -0.5923,
          1.0358, -0.8625,  0.7807,  0.3831],
        [ 0.3326, -0.2617, -0.2109, -0.7504, -0.2897, -0.3157,  0.8691,  0.0778,
         -0.4614,  0.6098, -0.2536, -0.6392, -1.2464,  0.6830, -1.1567,  0.1977,
         -0.3098, -0.6954, -0.3695, -1.2707]], shape=[2, 20], dtype=float32)`,
  );
});

Deno.test("tensorText() writes whole numbers, small numbers and truth values as PyTorch does", () => {
  const start = (shape: number[], values: number[], dtype = "float32") =>
    text(shape, values, dtype).replace(/,\s+shape=.*/, ")");
  assertEquals(start([], [3.25]), "tensor(3.2500)");
  assertEquals(start([], [7], "int32"), "tensor(7)");
  assertEquals(start([1, 3], [1, 0, 0]), "tensor([[1., 0., 0.]])");
  assertEquals(start([3], [1, 22, -3], "int32"), "tensor([ 1, 22, -3])");
  assertEquals(
    start([1, 2], [1e-5, 0.5]),
    "tensor([[1.0000e-05, 5.0000e-01]])",
  );
  assertEquals(start([2], [2.5e9, 1]), "tensor([2.5000e+09, 1.0000e+00])");
  assertEquals(start([0, 3], []), "tensor([])");
  // JavaScript's words where PyTorch has nan, inf, True and False
  assertEquals(
    start([3], [NaN, 1.5, Infinity]),
    "tensor([     NaN,   1.5000, Infinity])",
  );
  assertEquals(start([2], [1, 0], "bool"), "tensor([ true, false])");
});
