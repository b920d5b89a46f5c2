package retort.kernels.simd;

/** Runs every tile as often as it takes to have it compiled. */
final class EveryTile {
    static final String DONE = "a tile ran";
    private static final int CALLS = 400;
    private static final int ENOUGH = 100_000;

    private EveryTile() {}

    public static void main(String[] args) {
        float[] a = new float[ENOUGH];
        float[] b = new float[ENOUGH];
        float[] c = new float[ENOUGH];
        TileEmitterTest.tiles().forEach(tile -> {
            TileKind kind = tile.kind();
            int stride = tile.stride() == 0 ? 1 : tile.stride();
            MicroKernel kernel = kind.kernel(tile.rows(), tile.known());
            MicroKernel.Operands operands =
                    new MicroKernel.Operands().set(a, b, c, Blocking.NR).runs(1, 0, Blocking.NR, 0);
            operands.adding(false).width(kind.masked() ? 1 : tile.vectors() * SimdSpecies.LANES);
            for (int call = 0; call < CALLS; call++) {
                kernel.run(6, 0, stride, 0, 1, operands, 0);
            }
            System.out.println(DONE);
        });
        DepthwiseKernelTest.tiles().forEach(tile -> {
            DepthwiseKernel kernel = DepthwiseKernel.of(tile);
            for (int call = 0; call < CALLS; call++) {
                kernel.run(a, 0, 2, 1, b, 0, c, 0, 1);
            }
            System.out.println(DONE);
        });
    }
}
