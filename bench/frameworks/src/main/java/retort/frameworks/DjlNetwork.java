package retort.frameworks;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import retort.kernels.op.Pool2dSpec;
import retort.nn.Architecture;
import retort.nn.Layer;
import retort.nn.Pool2D;

/** PyTorch through the Deep Java Library: its blocks, its trainer, its Adam. */
final class DjlNetwork implements Network {
    private static final int CLASS_AXIS = 1;

    /** With it the limits of a uniform distribution are those of Glorot and Bengio. */
    private static final float MAGNITUDE = 3;

    private final Shape example;
    private final Model model;
    private final Trainer trainer;

    DjlNetwork(Architecture architecture) {
        example = channelsFirst(architecture.input());
        model = Model.newInstance("network", Device.cpu());
        model.setBlock(block(architecture));
        trainer = model.newTrainer(config());
        trainer.initialize(batchShape(1));
    }

    static String version(int threads) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        Engine engine = Engine.getInstance();
        engine.setRandomSeed((int) Job.SEED);
        return engine.getEngineName() + " " + engine.getVersion() + " through DJL " + Engine.getDjlVersion();
    }

    /** PyTorch's images are channels x height x width. With one channel the same elements are in the same order. */
    private static Shape channelsFirst(retort.kernels.op.Shape image) {
        if (image.extent(2) != 1) {
            throw new IllegalArgumentException("PyTorch orders images of several channels in another way");
        }
        return new Shape(1, image.extent(0), image.extent(1));
    }

    private static SequentialBlock block(Architecture architecture) {
        SequentialBlock block = new SequentialBlock();
        architecture.layers().forEach(layer -> block.add(block(layer)));
        return block.add(logits -> new NDList(logits.singletonOrThrow().div(Job.TEMPERATURE)));
    }

    private static Block block(Layer layer) {
        return switch (layer) {
            case Layer.Conv2D conv2d ->
                Conv2d.builder()
                        .setKernelShape(new Shape(conv2d.kernelHeight(), conv2d.kernelWidth()))
                        .setFilters(conv2d.filters())
                        .optStride(new Shape(conv2d.stride(), conv2d.stride()))
                        .optPadding(new Shape(conv2d.padding(), conv2d.padding()))
                        .build();
            case Layer.Dense dense -> Linear.builder().setUnits(dense.units()).build();
            case Layer.ReLU relu -> Activation.reluBlock();
            case Layer.Dropout dropout ->
                Dropout.builder().optRate(dropout.rate()).build();
            case Pool2D pool
            when pool.kind() == Pool2dSpec.Kind.MAX && pool.padding() == 0 ->
                Pool.maxPool2dBlock(
                        new Shape(pool.kernelHeight(), pool.kernelWidth()), new Shape(pool.stride(), pool.stride()));
            case Layer.Flatten flatten -> Blocks.batchFlattenBlock();
            default -> throw new IllegalArgumentException("no counterpart here of " + layer.text());
        };
    }

    private static TrainingConfig config() {
        Optimizer adam = Optimizer.adam()
                .optLearningRateTracker(Tracker.fixed(Job.RATE))
                .optBeta1(Job.BETA1)
                .optBeta2(Job.BETA2)
                .optEpsilon(Job.EPSILON)
                .build();
        XavierInitializer glorot = new XavierInitializer(
                XavierInitializer.RandomType.UNIFORM, XavierInitializer.FactorType.AVG, MAGNITUDE);
        boolean classIndices = true;
        boolean softmaxToo = true;
        return new DefaultTrainingConfig(new SoftmaxCrossEntropyLoss("loss", 1, CLASS_AXIS, classIndices, softmaxToo))
                .optDevices(new Device[] {Device.cpu()})
                .optInitializer(glorot, Parameter.Type.WEIGHT)
                .optOptimizer(adam);
    }

    private Shape batchShape(int batch) {
        return new Shape(batch).addAll(example);
    }

    @Override
    public void train(float[] images, int[] labels, int batch) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDList x = new NDList(scope.create(images, batchShape(batch)));
            NDList t = new NDList(scope.create(labels, new Shape(batch)));
            try (GradientCollector collector = trainer.newGradientCollector()) {
                collector.backward(trainer.getLoss().evaluate(t, trainer.forward(x)));
            }
            trainer.step();
        }
    }

    @Override
    public void predict(float[] images, int batch, float[] probabilities) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDArray cooled = trainer.evaluate(new NDList(scope.create(images, batchShape(batch))))
                    .singletonOrThrow();
            float[] results = cooled.softmax(CLASS_AXIS).toFloatArray();
            System.arraycopy(results, 0, probabilities, 0, results.length);
        }
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
