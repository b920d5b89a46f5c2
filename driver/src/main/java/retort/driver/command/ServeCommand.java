package retort.driver.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import retort.driver.cli.Converters;
import retort.driver.cli.ExitCode;
import retort.driver.cli.VerboseOption;
import retort.driver.cli.Version;
import retort.driver.data.ClassNames;
import retort.driver.predict.Classifiers;
import retort.driver.serve.ImageServer;

/** Serves a page to draw on, or to choose images. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Serves a page to draw on, or to choose an image, where the models answer side by side.",
        footer = {
            "",
            "The canvas has the shape of the models' images where these are grey; for models",
            "in colour the page takes images from a file.",
            "",
            "POST /predict takes an image (Content-Type image/png, image/jpeg or",
            "image/x-portable-graymap), which is prepared as 'retort predict' does, or JSON,",
            "{\"pixels\": [numbers from 0 to 1]}, height x width x channels of them, which are",
            "taken as they are. It answers {\"saw\": [levels from 0 to 255], \"answers\":",
            "[{\"model\", \"label\", \"name\", \"probabilities\": [one a class], \"micros\"}, ...]}, or",
            "a status of 400 and more with {\"error\"}. GET /models tells of the models, their",
            "images and classes. Ctrl-C ends the server.",
            "",
            "Examples:",
            "  retort serve",
            "  retort serve --port=0 --model=teacher.safetensors --model=student.safetensors"
        })
final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelChoice choice;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            converter = Converters.Port.class,
            description = "Port to listen on, 0 for a free one (default: ${DEFAULT-VALUE}).")
    private Integer port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on; another than this machine's own lets others ask (default:"
                    + " ${DEFAULT-VALUE}).")
    private String bind;

    @Option(
            names = "--classes",
            paramLabel = "CLASSES",
            description =
                    "Their names such as cat,dog, or a file of them (default: as in a model's file, else numbers).")
    private String classes;

    @Mixin
    private Options.OneEngine engine;

    @Mixin
    private VerboseOption verbose;

    @Override
    public Integer call() throws IOException, InterruptedException {
        engine.check(spec);
        InetAddress address = address();
        Interruption interruption = Interruption.begin();
        CountDownLatch signalled = new CountDownLatch(1);
        interruption.tell(signalled::countDown);
        try (Classifiers models =
                        choice.load(engine, Optional.ofNullable(classes).map(ClassNames::of));
                ImageServer server = open(models, address)) {
            tell(models, server);
            signalled.await();
            interruption.endByJob();
        }
        return ExitCode.DONE;
    }

    private InetAddress address() {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw new ParameterException(spec.commandLine(), "--bind=" + bind + " is no address of this machine");
        }
    }

    private ImageServer open(Classifiers models, InetAddress address) throws IOException, InterruptedException {
        try {
            return new ImageServer(models, address, port, engine.opening().threads());
        } catch (BindException e) {
            String hint = isTaken(address) ? "; --port=0 takes a free one" : "";
            throw new IOException("--bind=" + bind + " --port=" + port + ": " + e.getMessage() + hint, e);
        }
    }

    /** A BindException tells it in the words of each system: another free port shows that only this one is taken. */
    private static boolean isTaken(InetAddress address) {
        try {
            new ServerSocket(0, 1, address).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void tell(Classifiers models, ImageServer server) {
        PrintWriter err = spec.commandLine().getErr();
        models.models().forEach(model -> err.println(model.title()));
        models.remark().ifPresent(remark -> err.println("note: " + remark));
        err.println("Ctrl-C ends the server");
        err.flush();
        PrintWriter out = spec.commandLine().getOut();
        out.println(server.address());
        out.flush();
    }
}
