package retort.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;

class GemmTest extends KernelContract {
    @Override
    Stream<GemmSpec> specs() {
        List<GemmSpec> specs = new ArrayList<>();
        for (int m : new int[] {1, 2, 5, 7, 12, 13, 31}) {
            for (int n : new int[] {1, 10, 15, 16, 17, 33, 65}) {
                for (int k : new int[] {1, 8, 17}) {
                    addAllTranspositions(specs, m, n, k);
                }
            }
        }
        int[][] large = {
            {97, 70, 300},
            {150, 1100, 37},
            {100, 1100, 300},
            {33, 1056, 600},
            {300, 10, 520},
            {6, 200, 257},
            {257, 3, 5},
            {1, 300, 1000}
        };
        for (int[] size : large) {
            addAllTranspositions(specs, size[0], size[1], size[2]);
        }
        // More rows, and more columns, than a block has.
        specs.add(GemmSpec.tn(2100, 70, 260));
        specs.add(GemmSpec.nn(100, 2100, 260));
        return Stream.of(specs.stream(), scaled(), withEpilogue())
                .flatMap(each -> each)
                .flatMap(spec -> Stream.of(spec, spec.withPackedB()));
    }

    private static void addAllTranspositions(List<GemmSpec> specs, int m, int n, int k) {
        specs.addAll(List.of(GemmSpec.nn(m, n, k), GemmSpec.nt(m, n, k), GemmSpec.tn(m, n, k), GemmSpec.tt(m, n, k)));
    }

    /** Alpha and beta on every way through the engines: one row, few columns, few rows, blocks. */
    private static Stream<GemmSpec> scaled() {
        return Stream.of(1, 7, 100)
                .flatMap(m -> Stream.of(10, 70)
                        .flatMap(n -> Stream.of(
                                GemmSpec.nn(m, n, 300),
                                GemmSpec.nt(m, n, 300),
                                GemmSpec.tn(m, n, 300),
                                GemmSpec.tt(m, n, 300))))
                .flatMap(spec ->
                        Stream.of(spec.scaled(2, 0), spec.scaled(1, 1), spec.scaled(-1, -2), spec.scaled(0, 3)));
    }

    private static Stream<GemmSpec> withEpilogue() {
        return Stream.of(
                        GemmSpec.nn(1, 70, 20),
                        GemmSpec.nn(1, 300, 20),
                        GemmSpec.nn(32, 1100, 40),
                        GemmSpec.nn(32, 10, 40),
                        GemmSpec.nt(32, 75, 40),
                        GemmSpec.nn(32, 75, 300),
                        GemmSpec.nn(100, 300, 300),
                        GemmSpec.tn(150, 75, 32))
                .flatMap(spec -> Stream.of(
                        spec.with(Epilogue.BIAS),
                        spec.with(Epilogue.BIAS_RELU),
                        spec.with(new Epilogue(false, true, 0, false)),
                        spec.with(Epilogue.biasReluDropout(0.5f)),
                        spec.with(Epilogue.gate(0)),
                        spec.with(Epilogue.gate(0.5f))));
    }
}
