package retort.kernels.simd;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import retort.kernels.Backend;
import retort.kernels.Processor;
import retort.kernels.check.KernelTuner;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Spec;

/** Finds the parameters that are fastest on this processor, with all its threads. */
final class SimdTuner extends KernelTuner<SimdParameter, SimdParameters> {
    private static final Effort EFFORT = new Effort(20e6, 2, 300e6);

    private final Processor processor;
    private final int bits;

    private SimdTuner(
            Processor processor, int bits, SimdParameters start, List<Stage<SimdParameter>> stages, Path file) {
        super(start, stages, EFFORT, file);
        this.processor = processor;
        this.bits = bits;
    }

    /** A tuner that starts from the parameters that the engine has now. */
    static SimdTuner here() {
        Processor processor = Processor.here();
        int bits = SimdSpecies.SPECIES.vectorBitSize();
        return new SimdTuner(
                processor, bits, SimdParameters.here(), stages(), SimdParameters.userFile(processor, bits));
    }

    /** A tuner with stages and a file of its own. */
    static SimdTuner of(SimdParameters start, List<Stage<SimdParameter>> stages, Path file) {
        return new SimdTuner(Processor.here(), SimdSpecies.SPECIES.vectorBitSize(), start, stages, file);
    }

    /** Matrices that are read once are 20 MB and more, which no core's caches hold. */
    private static List<Stage<SimdParameter>> stages() {
        Spec square = GemmSpec.nn(640, 640, 640);
        Spec batch = GemmSpec.nn(400, 1200, 4000).withPackedB();
        return List.of(
                stage(SimdParameter.KC, square, batch),
                stage(SimdParameter.MC, square, batch),
                stage(SimdParameter.NC, GemmSpec.nn(300, 4800, 800), batch),
                stage(SimdParameter.SHARED_ROWS, GemmSpec.nn(4500, 400, 800), GemmSpec.tn(4500, 400, 100)),
                stage(SimdParameter.KC_SMALL, GemmSpec.nn(32, 1200, 4100), GemmSpec.nn(64, 1200, 1200)),
                stage(
                        SimdParameter.KC_FEW,
                        GemmSpec.nn(32, 1000, 8200).withPackedB(),
                        GemmSpec.nn(64, 1500, 4100).withPackedB()),
                stage(
                        SimdParameter.SMALL_M,
                        GemmSpec.nn(40, 1200, 2400),
                        GemmSpec.nn(120, 1200, 1200),
                        GemmSpec.nn(50, 1200, 8200).withPackedB(),
                        GemmSpec.nn(80, 1200, 8200).withPackedB(),
                        GemmSpec.nn(160, 1200, 1200).withPackedB()),
                stage(SimdParameter.KC_TALL, GemmSpec.nn(800, 10, 8200), GemmSpec.nt(32, 800, 8200)),
                stage(
                        SimdParameter.TALL_PANELS,
                        GemmSpec.nt(32, 4800, 1200).withPackedB(),
                        GemmSpec.nt(20, 3000, 2000).withPackedB()),
                stage(SimdParameter.MC_TALL, GemmSpec.nt(32, 4800, 1200), GemmSpec.nn(8000, 10, 784)),
                stage(SimdParameter.SMALL_BLOCK, GemmSpec.tn(4800, 1200, 32), GemmSpec.nn(1500, 400, 200)),
                stage(
                        SimdParameter.GRADIENT_BLOCK,
                        DenseBackwardSpec.of(32, 4800, 1200, AdamSpec.withDefaults(4800 * 1200)),
                        DenseBackwardSpec.of(50, 2000, 500, AdamSpec.withDefaults(2000 * 500))),
                stage(SimdParameter.UPDATE_BLOCK, packedBackward(32, 9600, 1200), packedBackward(50, 4000, 500)),
                stage(SimdParameter.UPDATE_PANELS, packedBackward(32, 9600, 1200), packedBackward(50, 4000, 500)));
    }

    private static DenseBackwardSpec packedBackward(int batch, int inputs, int units) {
        return DenseBackwardSpec.of(batch, inputs, units, AdamSpec.withDefaults(inputs * units))
                .withPackedWeights()
                .withInputGradient(Epilogue.gate(0));
    }

    private static Stage<SimdParameter> stage(SimdParameter parameter, Spec... timed) {
        return new Stage<>(List.of(parameter), List.of(timed));
    }

    @Override
    protected Backend open(SimdParameters parameters) {
        return new SimdBackend(Runtime.getRuntime().availableProcessors(), parameters);
    }

    @Override
    protected int value(SimdParameters parameters, SimdParameter parameter) {
        return parameters.get(parameter);
    }

    @Override
    protected List<SimdParameters> candidates(SimdParameters soFar, Stage<SimdParameter> stage) {
        SimdParameter parameter = stage.parameters().getFirst();
        return Arrays.stream(parameter.legal())
                .filter(value -> value != soFar.get(parameter))
                .mapToObj(value -> soFar.with(parameter, value))
                .toList();
    }

    @Override
    protected void write(SimdParameters parameters, Path to) {
        parameters.write(to, "Found by the tuner on " + processor.name() + " with vectors of " + bits + " bits.");
    }
}
