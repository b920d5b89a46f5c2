package retort.kernels.opencl;

import retort.kernels.op.MaxPool2dSpec;

/** Max pooling: {@code max_pool2d.cl}. */
final class ClMaxPool2d {
    private static final String FILE = "max_pool2d.cl";

    private final ClSession session;

    ClMaxPool2d(ClSession session) {
        this.session = session;
    }

    void forward(MaxPool2dSpec spec, ClTensor x, ClTensor y) {
        session.launchItems(spec::id, FILE, "max_pool2d", y.size(), x, y, ClArguments.geometry(spec));
    }

    void gradient(MaxPool2dSpec spec, ClTensor x, ClTensor dY, ClTensor dX) {
        session.launchItems(spec::id, FILE, "max_pool2d_gradient", dX.size(), x, dY, dX, ClArguments.geometry(spec));
    }
}
