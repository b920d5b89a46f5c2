/** Layers, losses, optimisers, model files and predictors, composed from the ops of {@link retort.kernels.Backend}. */
module retort.nn {
    requires com.google.gson;
    requires transitive retort.kernels;

    exports retort.nn;
}
