package retort.driver.command;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import retort.kernels.Backend;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Backends;
import retort.kernels.Engine;

/** Lists what there is to run on. */
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        versionProvider = RetortCommand.Version.class,
        sortOptions = false,
        description = "Lists the engines and what each would run on here.")
final class DevicesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        for (Engine engine : Engine.values()) {
            out.println(describe(engine));
        }
        out.flush();
        return ExitCode.DONE;
    }

    private static String describe(Engine engine) {
        Optional<BackendUnavailableException> reason = Backends.unavailable(engine);
        if (reason.isPresent()) {
            return reason.get().getMessage();
        }
        try (Backend backend = Backends.open(engine, Backends.Options.defaults())) {
            int threads = backend.threads();
            return engine + ": " + backend.device() + ", " + threads + (threads == 1 ? " thread" : " threads");
        }
    }
}
