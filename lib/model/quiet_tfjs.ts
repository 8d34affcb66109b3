/** Keeps tfjs from writing to the console. Imported for this effect. */

import * as tf from "@tensorflow/tfjs";

// Otherwise tfjs greets its user with advice on other backends.
tf.enableProdMode();

// In a Deno Worker tfjs takes itself to be in a page, and prints an error for
// each attempt to find WebGL.
if (navigator.userAgent.startsWith("Deno/") && tf.findBackendFactory("webgl")) {
  tf.removeBackend("webgl");
}
