package retort.kernels.opencl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import retort.kernels.Backend;
import retort.kernels.check.KernelTuner;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Spec;
import retort.kernels.opencl.ClTile.Extent;

/** Finds the parameters that are fastest on one device. */
final class OpenClTuner extends KernelTuner<ClParameter, ClParameters> {
    private static final Effort EFFORT = new Effort(30e6, 6, 0);

    /** Vector registers of processors that have the fewest for their width, AVX2, and of all others. */
    private static final int FEW_REGISTERS = 16;

    private static final int MANY_REGISTERS = 32;

    private final OpenClDevices.Found found;

    private OpenClTuner(OpenClDevices.Found found, ClParameters start, List<Stage<ClParameter>> stages, Path file) {
        super(start, stages, EFFORT, file);
        this.found = found;
    }

    /**
     * A tuner for a device, starting from the parameters that it has now.
     *
     * @param device as {@link OpenClDevices#select} takes it
     * @throws retort.kernels.BackendUnavailableException if there is no such device
     */
    static OpenClTuner of(String device) {
        OpenClDevices.Found found = OpenClDevices.find(device);
        ClParameters start = ClParameters.of(found.device());
        return new OpenClTuner(
                found,
                start,
                stages(start.family()),
                ClParameters.userFile(found.device().name()));
    }

    /** A tuner with stages and a file of its own. */
    static OpenClTuner of(OpenClDevices.Found found, List<Stage<ClParameter>> stages, Path file) {
        return new OpenClTuner(found, ClParameters.of(found.device()), stages, file);
    }

    private static List<Stage<ClParameter>> stages(ClFamily family) {
        // Weights of 40 MB and more, as the teacher's first dense layer has: what a cache does not hold is read in
        // other runs.
        List<Spec> products = List.of(GemmSpec.nn(512, 512, 512), GemmSpec.nn(32, 1200, 9600));
        List<Spec> gradients = List.of(DenseBackwardSpec.of(32, 9600, 1200, AdamSpec.withDefaults(9600 * 1200)));
        List<Spec> dots = List.of(GemmSpec.nt(32, 9600, 1200));
        Conv2dSpec one = Conv2dSpec.forward(32, 28, 28, 1).filters(3, 3, 32);
        Conv2dSpec many = Conv2dSpec.forward(8, 16, 16, 32).filters(3, 3, 64);
        List<Spec> forward = List.of(one, many);
        List<Spec> gradient =
                List.of(one.as(Conv2dSpec.Pass.FILTER_GRADIENT), many.as(Conv2dSpec.Pass.FILTER_GRADIENT));
        if (family == ClFamily.SIMT) {
            Map<ClTile, List<Spec>> timed = Map.of(
                    ClTile.LARGE, List.of(GemmSpec.nn(2048, 2048, 2048), GemmSpec.nt(2048, 2048, 2048)),
                    ClTile.MEDIUM, gradients,
                    ClTile.SHORT, List.of(GemmSpec.nn(32, 1200, 9600), GemmSpec.nt(32, 9600, 1200)),
                    ClTile.NARROW, List.of(one, GemmSpec.nn(32, 10, 1200)));
            return Stream.of(ClTile.values())
                    .flatMap(tile -> stages(tile, timed.get(tile)))
                    .toList();
        }
        return List.of(
                new Stage<>(List.of(ClParameter.GEMM_MR, ClParameter.GEMM_NR_VECTORS), products),
                new Stage<>(List.of(ClParameter.GEMM_KC), products),
                new Stage<>(List.of(ClParameter.GEMM_MC), products),
                new Stage<>(List.of(ClParameter.ADAM_NC), gradients),
                new Stage<>(List.of(ClParameter.DOT_MR, ClParameter.DOT_NR), dots),
                new Stage<>(List.of(ClParameter.CONV_PIXELS, ClParameter.CONV_VECTORS), forward),
                new Stage<>(List.of(ClParameter.CONV_TAPS), gradient));
    }

    private static Stream<Stage<ClParameter>> stages(ClTile tile, List<Spec> timed) {
        return Stream.of(
                new Stage<>(List.of(tile.parameter(Extent.M), tile.parameter(Extent.N)), timed),
                new Stage<>(List.of(tile.parameter(Extent.ITEM_M), tile.parameter(Extent.ITEM_N)), timed),
                new Stage<>(List.of(tile.parameter(Extent.K)), timed),
                new Stage<>(List.of(tile.groups()), timed));
    }

    @Override
    protected Backend open(ClParameters parameters) {
        return OpenClBackend.open(found, parameters);
    }

    @Override
    protected int value(ClParameters parameters, ClParameter parameter) {
        return parameters.get(parameter);
    }

    @Override
    protected void write(ClParameters parameters, Path to) {
        parameters.write(
                to,
                "Found by the tuner on " + found.device().name() + ", driver "
                        + found.device().version() + ".");
    }

    /** All legal values, alone or each with each. */
    @Override
    protected List<ClParameters> candidates(ClParameters soFar, Stage<ClParameter> stage) {
        List<ClParameters> candidates = List.of(soFar);
        for (ClParameter parameter : stage.parameters()) {
            List<ClParameters> more = new ArrayList<>();
            for (ClParameters candidate : candidates) {
                for (int value : parameter.legal()) {
                    candidate.tryWith(parameter, value).ifPresent(more::add);
                }
            }
            candidates = more;
        }
        return candidates.stream()
                .filter(candidate -> accumulators(candidate, stage) <= registers())
                .filter(candidate -> !candidate.equals(soFar))
                .toList();
    }

    private int registers() {
        return found.device().vectorWidth() == 8 ? FEW_REGISTERS : MANY_REGISTERS;
    }

    /** The product of a pair that sets a register tile; 1 for the rest. */
    private static int accumulators(ClParameters candidate, Stage<ClParameter> stage) {
        List<ClParameter> pair = stage.parameters();
        boolean tile = candidate.family() == ClFamily.CORES && pair.size() == 2;
        return tile ? candidate.get(pair.getFirst()) * candidate.get(pair.getLast()) : 1;
    }
}
