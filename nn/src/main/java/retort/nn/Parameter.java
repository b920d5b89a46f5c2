package retort.nn;

import retort.kernels.Tensor;

/** A trained tensor and its name in model files, for example {@code 3.dense.weight}. */
public record Parameter(String name, Tensor value) {}
