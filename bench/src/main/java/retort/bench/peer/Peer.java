package retort.bench.peer;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import retort.bench.kernel.Contender;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.BatchNormSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.ElementType;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.Spec;

/** The libraries that our kernels are held against, each with what it is best at. */
public enum Peer {
    OPENBLAS("openblas", Engine.CPU_SIMD, "OpenBLAS: sgemm, sgemv. Packs within the timed call, as we do.") {
        @Override
        void load() {
            Loader.load(openblas_nolapack.class);
        }

        @Override
        boolean does(Spec spec) {
            return isPlainGemm(spec);
        }

        @Override
        public Contender open(Spec spec, float[][] inputs, int threads) {
            return new OpenBlasContender((GemmSpec) spec, inputs, threads);
        }
    },
    ONEDNN(
            "onednn",
            Engine.CPU_SIMD,
            "oneDNN in our layout: row-major, NHWC. What it packs it packs within the timed call, as we do."
                    + " Its softmax has no temperature and gets logits divided beforehand, its max pooling's gradient"
                    + " where the largest elements are, untimed; its batch normalisation keeps no running statistics.") {
        @Override
        void load() {
            Loader.load(org.bytedeco.dnnl.global.dnnl.class);
        }

        @Override
        boolean does(Spec spec) {
            return isPlainGemm(spec)
                    || isPlainConv2d(spec)
                    || spec.op() == Spec.Op.SOFTMAX
                    || spec.op() == Spec.Op.RELU
                    || spec instanceof Pool2dSpec
                    || spec instanceof BatchNormSpec s && !s.relu();
        }

        @Override
        public Contender open(Spec spec, float[][] inputs, int threads) {
            return OneDnnContender.of(spec, inputs, threads, false);
        }
    },
    ONEDNN_OWN(
            "onednn-own",
            Engine.CPU_SIMD,
            "oneDNN in the layouts that it chooses for every operand. Bringing data there and back is not timed.") {
        @Override
        void load() {
            ONEDNN.load();
        }

        @Override
        boolean does(Spec spec) {
            return isPlainGemm(spec) || isPackedGemm(spec) || isPlainConv2d(spec);
        }

        @Override
        public Contender open(Spec spec, float[][] inputs, int threads) {
            return OneDnnContender.of(spec, inputs, threads, true);
        }
    },
    NETLIB(
            "netlib",
            Engine.CPU_SIMD,
            "netlib's VectorBLAS: sgemm on the Vector API, one thread only. Timed at squares, where it is at its best.") {
        @Override
        void load() {
            String implementation = NetlibContender.implementation();
            if (!implementation.equals("VectorBLAS")) {
                throw new UnsatisfiedLinkError("this JVM gets " + implementation + " instead of VectorBLAS");
            }
        }

        @Override
        boolean does(Spec spec) {
            return isPlainGemm(spec) && spec instanceof GemmSpec s && s.m() == s.n() && s.n() == s.k();
        }

        @Override
        public boolean isSingleThreaded() {
            return true;
        }

        @Override
        public Contender open(Spec spec, float[][] inputs, int threads) {
            return new NetlibContender((GemmSpec) spec, inputs);
        }
    },
    CLBLAST(
            "clblast",
            Engine.OPENCL,
            "CLBlast: sgemm on the device that opencl runs on. Packs within the timed call.") {
        @Override
        void load() {
            Loader.load(org.bytedeco.opencl.global.OpenCL.class);
            ClBlastContender.library();
            Backends.unavailable(Engine.OPENCL).ifPresent(reason -> {
                throw reason;
            });
        }

        @Override
        boolean does(Spec spec) {
            return isPlainGemm(spec);
        }

        @Override
        public Contender open(Spec spec, float[][] inputs, int threads) {
            return new ClBlastContender(
                    (GemmSpec) spec,
                    inputs,
                    Backends.device(Engine.OPENCL, null).name());
        }
    };

    private final String id;
    private final Engine rival;
    private final String description;

    Peer(String id, Engine rival, String description) {
        this.id = id;
        this.rival = rival;
        this.description = description;
    }

    /** @throws IllegalArgumentException if there is no peer of that id */
    public static Peer byId(String id) {
        return Arrays.stream(values())
                .filter(peer -> peer.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + id + "' is neither an engine nor a peer"));
    }

    public String id() {
        return id;
    }

    /** Our engine that it is compared with. */
    public Engine rival() {
        return rival;
    }

    /** What it does and how, for the report. */
    public String description() {
        return description;
    }

    /** Why it can't be measured here, or nothing. */
    public Optional<String> absence() {
        try {
            load();
            return Optional.empty();
        } catch (LinkageError | RuntimeException e) {
            String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return Optional.of(message.lines().findFirst().orElse(message));
        }
    }

    /** Whether it can do this work at all. */
    public boolean takes(Spec spec, int threads) {
        return does(spec) && (threads == 1 || !isSingleThreaded());
    }

    /** Whether it computes on one thread whatever it is told. */
    public boolean isSingleThreaded() {
        return false;
    }

    /** Loads its libraries, or throws with the reason. */
    abstract void load();

    abstract boolean does(Spec spec);

    /** Prepared to do the work of a spec that it {@link #takes}. */
    public abstract Contender open(Spec spec, float[][] inputs, int threads);

    private static boolean isPlainGemm(Spec spec) {
        return spec instanceof GemmSpec s && !s.packedB() && isJustTheProduct(s);
    }

    private static boolean isPackedGemm(Spec spec) {
        return spec instanceof GemmSpec s && s.packedB() && isJustTheProduct(s);
    }

    private static boolean isJustTheProduct(GemmSpec spec) {
        return spec.alpha() == 1 && spec.beta() == 0 && spec.typeB() == ElementType.FLOAT32 && isNone(spec.epilogue());
    }

    private static boolean isPlainConv2d(Spec spec) {
        return switch (spec) {
            case Conv2dSpec s -> isNone(s.epilogue());
            case DepthwiseConv2dSpec s -> isNone(s.epilogue());
            default -> false;
        };
    }

    private static boolean isNone(Epilogue epilogue) {
        return epilogue.equals(Epilogue.NONE);
    }
}
