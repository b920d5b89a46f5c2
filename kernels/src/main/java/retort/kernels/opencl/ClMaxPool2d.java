package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import retort.kernels.op.MaxPool2dSpec;

/** Max pooling: {@code max_pool2d.cl}. */
final class ClMaxPool2d {
    private static final String FILE = "max_pool2d.cl";

    private final ClSession session;
    private final int items;

    ClMaxPool2d(ClSession session) {
        this.session = session;
        this.items = session.parameter(ClParameter.ELEMENT_ITEMS);
    }

    void forward(MaxPool2dSpec spec, ClTensor x, ClTensor y) {
        ClKernel kernel = session.kernel(FILE, "max_pool2d", items, "bbiiiiiiiiii");
        launch(spec, kernel, y.size(), x, y);
    }

    void gradient(MaxPool2dSpec spec, ClTensor x, ClTensor dY, ClTensor dX) {
        ClKernel kernel = session.kernel(FILE, "max_pool2d_gradient", items, "bbbiiiiiiiiii");
        launch(spec, kernel, dX.size(), x, dY, dX);
    }

    private void launch(MaxPool2dSpec spec, ClKernel kernel, int work, ClTensor... tensors) {
        Object[] operands = new Object[tensors.length + 10];
        System.arraycopy(tensors, 0, operands, 0, tensors.length);
        int[] sizes = {
            spec.batch(),
            spec.height(),
            spec.width(),
            spec.channels(),
            spec.kernelHeight(),
            spec.kernelWidth(),
            spec.stride(),
            spec.padding(),
            spec.outHeight(),
            spec.outWidth()
        };
        for (int i = 0; i < sizes.length; i++) {
            operands[tensors.length + i] = sizes[i];
        }
        session.queue().launch(spec::id, kernel, ceilDivide(work, items), operands);
    }
}
