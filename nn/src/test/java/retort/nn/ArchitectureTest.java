package retort.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.kernels.op.Shape;

class ArchitectureTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "input 28x28x1; flatten; dense 10; relu; dense 10; relu; dense 10",
                "input 28x28x1; conv2d 32 3x3; relu; flatten; dense 1200; relu; dropout 0.5; "
                        + "dense 1200; relu; dropout 0.5; dense 10",
                "input 9x7x3; conv2d 4 5x3 stride 2 padding 1; relu; conv2d 2 1x2",
                "input 784; dropout 0.1; dense 3",
                "input 2x3x4x5; relu; dropout 0.0; flatten",
                "input 9x9x3; max-pool2d 2x2; average-pool2d 3x2 stride 2 padding 1; depthwise-conv2d 2x2",
                "input 9x9x3; depthwise-conv2d 3x3 stride 2 padding 1; gelu; global-average-pool2d; sigmoid; tanh; silu",
                "input 9x9x3; residual [conv2d 3 3x3 stride 1 padding 1, relu, conv2d 3 1x1]; relu",
                "input 9x9x3; residual [conv2d 5 3x3 stride 2 padding 1] shortcut [conv2d 5 1x1 stride 2 padding 0]"
            })
    void theTextFormReadsBack(String text) {
        Architecture architecture = Architecture.parse(text);
        assertEquals(text, architecture.text());
        assertEquals(architecture, Architecture.parse(architecture.text()));
    }

    @Test
    void theTextFormSaysWhatTheLayersAre() {
        Architecture architecture = Architecture.of(
                Shape.of(8, 8, 1),
                new Layer.Conv2D(2, 3, 2, 2, 1),
                new Layer.ReLU(),
                new Layer.Flatten(),
                new Layer.Dropout(0.25f),
                new Layer.Dense(10));
        assertEquals(
                "input 8x8x1; conv2d 2 3x2 stride 2 padding 1; relu; flatten; dropout 0.25; dense 10",
                architecture.text());
        assertEquals(architecture, Architecture.parse(architecture.text()));
    }

    @ParameterizedTest
    @CsvSource({
        "input 28x28x1; conv2d 32 3x3, 26 x 26 x 32",
        "input 28x28x1; conv2d 32 3x3 stride 2 padding 1, 14 x 14 x 32",
        "input 7x9x2; conv2d 5 3x2 stride 3 padding 0, 2 x 3 x 5",
        "input 5x5x1; conv2d 1 5x5, 1 x 1 x 1",
        "input 2x3x4; relu; flatten, 24",
        "input 6; dropout 0.5; dense 4, 4",
        "input 9x8x3; max-pool2d 2x2, 4 x 4 x 3",
        "input 9x8x3; average-pool2d 3x3 stride 2 padding 1, 5 x 4 x 3",
        "input 9x8x3; depthwise-conv2d 3x3, 7 x 6 x 3",
        "input 9x8x3; global-average-pool2d; silu, 3"
    })
    void theOutputIsTheShapeAfterTheLastLayer(String text, String output) {
        assertEquals(output, Architecture.parse(text).output().toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                              | expected 'input HxWxC; ...'
            dense 10                        | expected 'input HxWxC; ...'
            input 784;dense 10              | expected 'input HxWxC; ...'
            input 784                       | at least one layer
            input 0; dense 10               | extents must be positive
            input 99999999999; dense 10     | 99999999999
            input 784; dense                | no layer 'dense'
            input 784; dense 10; softmax    | no layer 'softmax'
            input 784; dense ten            | ten
            input 784; dense 0              | dense: units must be positive, got 0
            input 784; dense 10 20          | no layer 'dense 10 20'
            input 784; dropout 1.0          | dropout: rate must be in [0, 1), got 1.0
            input 784; dropout -0.5         | dropout: rate must be in [0, 1), got -0.5
            input 784; dropout NaN          | dropout: rate must be in [0, 1), got NaN
            input 8x8x1; dense 10           | dense: needs flat examples
            input 784; conv2d 3 3x3         | conv2d: needs height x width x channels
            input 8x8x1; conv2d 0 3x3       | conv2d: filters must be positive, got 0
            input 8x8x1; conv2d 3 0x3       | conv2d: kernel height must be positive, got 0
            input 8x8x1; conv2d 3 9x3       | a kernel of height 9 does not fit 8
            input 8x8x1; conv2d 3 3x9       | a kernel of width 9 does not fit 8
            input 8x8x1; conv2d 3 3         | no layer 'conv2d 3 3'
            input 8x8x1; conv2d 3x3         | no layer 'conv2d 3x3'
            input 8x8x1; max-pool2d 9x2     | max-pool2d: a kernel of height 9 does not fit 8
            input 8x8x1; max-pool2d 2 2x2   | no layer 'max-pool2d 2 2x2'
            input 8x8x1; average-pool2d 2x2 stride 1 padding 2 | average-pool2d: padding must be
            input 8; global-average-pool2d  | global-average-pool2d: needs height x width x channels, got 8
            input 8; depthwise-conv2d 3x3   | depthwise-conv2d: needs height x width x channels, got 8
            input 8; gelu 3                 | no layer 'gelu 3'
            input 8; residual [dense 9]     | residual: the block gives 9, the shortcut 8
            input 8; residual [dense 8      | no layer 'residual [dense 8'
            input 8; residual []            | no layer ''
            input 8; residual [residual [dense 8]] | holds no other residual block
            input 8; residual [dense 8, dense ten] | no layer 'dense ten'
            input 8x8x1; conv2d 3 3x3 stride 0 padding 0 | conv2d: stride must be positive, got 0
            input 8x8x1; conv2d 3 3x2 stride 1 padding 2 | conv2d: padding must be""")
    void refusesWhatIsNoArchitecture(String text, String problem) {
        String message = assertThrows(IllegalArgumentException.class, () -> Architecture.parse(text))
                .getMessage();
        assertTrue(message.contains(problem), message);
    }

    /** Of a file of 4 KB: it took a frame of the stack for each. */
    @Test
    void anInputOfManyExtentsIsReadWithoutAStackOfThem() {
        assertEquals(
                50_000,
                Architecture.parse("input 1" + "x1".repeat(49_999) + "; relu")
                        .input()
                        .rank());
    }
}
