package retort.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import retort.bench.kernel.Contender;
import retort.bench.kernel.Referee;
import retort.kernels.op.Spec;

class PeerTest {
    private static final int THREADS = 1;

    /** Each peer is called in the way that gives what we mean by a spec, in any layout. */
    @TestFactory
    Stream<DynamicNode> doesTheSameWorkAsTheReference() {
        return Arrays.stream(Peer.values())
                .filter(PeerTest::isPresent)
                .map(peer -> dynamicContainer(
                        peer.id(),
                        specs().filter(spec -> peer.takes(spec, THREADS))
                                .map(spec -> dynamicTest(spec.id(), () -> {
                                    Referee referee = new Referee(spec);
                                    try (Contender contender =
                                            peer.open(spec, referee.operands().inputs(), THREADS)) {
                                        referee.check(peer.id(), contender);
                                    }
                                }))));
    }

    @Test
    void takesNoWorkThatItDoesOnlyInPart() {
        for (Peer peer : Peer.values()) {
            assertFalse(peer.takes(Spec.parse("gemm:m8n8k8:nn+bias"), THREADS));
            assertFalse(peer.takes(Spec.parse("gemm:m8n8k8:nn:beta1"), THREADS));
            assertFalse(peer.takes(Spec.parse("conv2d:n1h8w8c8:k3x3o8:s1p0+relu"), THREADS));
        }
    }

    @Test
    void isFoundByItsId() {
        for (Peer peer : Peer.values()) {
            assertEquals(peer, Peer.byId(peer.id()));
        }
        assertThrows(IllegalArgumentException.class, () -> Peer.byId("mkl"));
    }

    private static boolean isPresent(Peer peer) {
        Optional<String> absence = peer.absence();
        absence.ifPresent(reason -> System.out.println("skipped: " + peer.id() + ", " + reason));
        return absence.isEmpty();
    }

    private static Stream<Spec> specs() {
        return Stream.of(
                        "gemm:m33n70k40:nn",
                        "gemm:m33n70k40:nt",
                        "gemm:m33n70k40:tn",
                        "gemm:m33n70k40:tt",
                        "gemm:m1n70k40:nn",
                        "gemm:m1n70k40:nt",
                        "conv2d:n4h9w8c3:k3x3o32:s1p1",
                        "conv2d-dx:n4h9w8c3:k3x3o32:s1p1",
                        "conv2d-df:n4h9w8c3:k3x3o32:s1p1",
                        "conv2d:n4h9w9c16:k3x3o32:s2p0",
                        "conv2d-df:n4h8w8c1:k3x3o32:s1p0",
                        "depthwise-conv2d:n4h9w8c24:k3x3:s1p1",
                        "depthwise-conv2d-dx:n4h9w8c24:k3x3:s2p1",
                        "depthwise-conv2d-df:n4h9w8c24:k3x3:s1p1",
                        "max-pool2d:n4h9w8c24:k2x2:s2p0",
                        "max-pool2d:n4h9w8c6:k3x3:s2p1",
                        "max-pool2d-dx:n4h9w8c24:k3x3:s2p1",
                        "average-pool2d:n4h9w8c24:k3x3:s2p1",
                        "average-pool2d-dx:n4h9w8c24:k3x3:s2p1",
                        "batch-norm:300x24",
                        "batch-norm-inference:300x24",
                        "batch-norm-dx:300x24",
                        "softmax:33x10:T3.5",
                        "relu:1000")
                .map(Spec::parse);
    }
}
