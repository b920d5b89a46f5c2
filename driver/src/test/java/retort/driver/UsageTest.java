package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines that make no sense end with 2 before anything is read, written or computed. */
class UsageTest {
    private static final int WRONG_USAGE = 2;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                        | a command is needed, one of run, train, distill, evaluate,
            destill                                   | 'destill'
            run extra                                 | 'extra'
            run --fast                                | '--fast'
            run --backend=cuda                        | 'cuda' is no engine, expected one of cpu-scalar, cpu-simd, opencl
            run --backend=cpu-simd,cuda               | 'cuda' is no engine
            run --backend=                            | --backend
            run --backend                             | --backend
            train --backend=cpu-simd,cpu-scalar       | 'cpu-simd,cpu-scalar' is no engine
            distill --backend=cpu-simd,opencl         | 'cpu-simd,opencl' is no engine
            evaluate --backend=cpu-simd,opencl        | 'cpu-simd,opencl' is no engine
            run --threads=0                           | --threads
            run --threads=two                         | 'two' is not a whole number of 1 to
            run --seed=1.5                            | --seed
            run --recipe=other                        | --recipe
            run --omit=3,x                            | --omit=3,x: MNIST has no class 'x'
            run --omit=3,                             | '3,' is not a list of classes by their numbers or names
            run --omit=10                             | --omit=10: MNIST has the classes 0 to 9
            run --omit=                               | --omit
            run --omit=0,1,2,3,4,5,6,7,8,9            | leaves no class to learn
            run --temperature=0                       | '0' is not a temperature from 0.001 to 1000
            run --temperature=nan                     | 'nan' is not a temperature from 0.001 to 1000
            run --temperature=1e39                    | '1e39' is not a temperature from 0.001 to 1000
            run --learning-rate=-1                    | '-1' is not a number above 0
            run --epochs=0                            | '0' is not a whole number of 1 or more
            run --epochs=9999999999                   | '9999999999' is not a whole number
            run --student-epochs=none                 | --student-epochs
            run --batch=0                             | --batch
            run --train-images=0                      | --train-images
            run --data=                               | --data
            run --out=                                | --out
            run --backend=cpu-simd --device=0         | --device=0 names an OpenCL device, but none is used
            train --backend=opencl --device=          | '' is neither a number nor a name
            train --device=gpu                        | --device=gpu names an OpenCL device, but none is used
            tune --backend=cpu-scalar                 | cpu-scalar has no parameters to tune
            tune --device=0                           | --device=0 names an OpenCL device, but none is used
            tune --seconds=0                          | '0' is not a whole number of 1 or more
            train --model=pupil                       | --model
            train --epochs=2 --model=student          | --epochs is not for --model=student
            train --omit=3                            | --omit is not for --model=teacher
            train --student-epochs=3                  | --student-epochs is not for --model=teacher
            distill                                   | --teacher
            distill --teacher=                        | --teacher
            distill --teacher=,m                      | --teacher
            distill --teacher=m,                      | option '--teacher': 'm,' ends with a comma
            distill --teacher=m --ensemble=probabilities | --ensemble=probabilities is for several teachers
            distill --teacher-logits=m --ensemble=logits | --ensemble=logits is for several teachers
            label --teacher=m --ensemble=probabilities | --ensemble=probabilities is for several teachers
            label --teacher=m,n --ensemble=foo        | 'foo' is no mean of teachers, expected logits or probabilities
            label --teacher=m,n --ensemble=logit      | did you mean logits?
            label --teacher=m,n,,                     | option '--teacher': 'm,n,,' ends with a comma
            run --backend=cpu-simd,                   | option '--backend': 'cpu-simd,' ends with a comma
            study sweep --width=10,                   | option '--width': '10,' ends with a comma
            study sweep --seeds=1,                    | is neither a count of seeds
            evaluate                                  | --model
            distill --teacher=m --method=guess        | 'guess' is no method, expected one of soft-targets, soft-and-hard
            distill --teacher=m --alpha=0.5           | --alpha=0.5 is for --method=soft-and-hard only
            run --method=logits --alpha=0.5           | --alpha=0.5 is for --method=soft-and-hard only
            run --method=soft-and-hard --alpha=-0.1   | '-0.1' is not a number from 0 to 1
            distill --teacher=m --correction=oracle   | 'oracle' is no correction without labels, expected one of prior-match, em
            distill --teacher=m --correction=         | '' is no correction without labels
            run --correction=em,magic                 | 'magic' is no correction without labels
            run --correction-on=train                 | 'train' are no images to correct on, expected test or held-out
            run --correction-images=0                 | '0' is not a whole number of 1 or more
            run --omit=none --correction=em           | --correction is for students that never see a class
            run --student-jitter=-1                   | '-1' is not a whole number of 0 or more
            run --consistent --method=hard-labels     | --consistent is for students that have a teacher
            run --consistent                          | is consistent, which is for images that are moved
            study sweep --consistent --student-jitter=0 | is consistent, which is for images that are moved
            run --weight-average=1                    | '1' is not a number above 0 and below 1
            run --weight-decay=-1                     | '-1' is not a number above 0
            run --weight-decay=1 --optimizer=momentum | --weight-decay is not for --optimizer=momentum
            run --weight-decay=20 --optimizer=sgdw    | a learning rate of 0.1 times a weight decay of 20.0 is more than 1
            run --clip-norm=0                         | '0' is not a number above 0
            run --patience=0                          | '0' is not a whole number of 1 or more
            run --patience=1 --weight-average=0.9     | early stopping ends with the best weights
            study sweep --weight-decay=1 --optimizer=momentum | --weight-decay is not for --optimizer=momentum
            run --correction=vektor                   | did you mean vector?
            export                                    | MODEL
            run --optimizer=lion                      | --optimizer
            train --recipe=hinton2015 --temperature=3 | --temperature is for distillation in --recipe=hinton2015
            help nothing                              | 'nothing'
            destill --teacher=m                       | did you mean distill?; see 'retort --help'
            run --qiuck                               | Unknown option: '--qiuck', did you mean --quick?; see 'retort run --help'
            run --temprature=3                        | did you mean --temperature?
            run --backend=cpu-smid                    | did you mean cpu-simd?
            run --backend=cpu-simd,opncl              | did you mean opencl?
            run --recipe=notbook                      | did you mean notebook?
            run --method=soft-target                  | did you mean soft-targets?
            run --optimizer=adm                       | did you mean adam?
            train --model=teachr                      | did you mean teacher?
            study hinton --seeds=2                    | did you mean hinton2015?
            study                                     | a study is needed: hinton2015, sweep, corrections or merge
            study corrections m                       | --teacher
            study corrections --teacher=t             | MODEL
            """)
    void isRefusedInOneLine(String line, String problem) {
        Outcome.of(line.isEmpty() ? new String[0] : line.split(" ")).isRefused(WRONG_USAGE, problem);
    }

    /** An option that would do nothing is not taken. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "distill --teacher=m --epochs=2",
                "evaluate --model=m --epochs=2",
                "evaluate --model=m --seed=1",
                "evaluate --model=m --omit=3",
                "evaluate --model=m --train-images=10",
                "evaluate --model=m --temperature=2",
                "evaluate --model=m --quick",
                "latency --seed=1",
                "latency --epochs=2",
                "latency --omit=3",
                "latency --batch=8",
                "latency --learning-rate=1",
                "latency --method=logits",
                "train --consistent",
                "train --correction=em",
                "train --method=logits",
                "study sweep --seed=1",
                "study hinton2015 --omit=3",
                "study merge a --backend=cpu-simd",
                "devices --backend=cpu-simd",
                "devices --threads=1",
                "devices --seed=1",
                "doctor --device=0"
            })
    void commandsTakeOnlyWhatTheyUse(String line) {
        String option = line.substring(line.lastIndexOf("--"));
        Outcome.of(line.split(" ")).isRefused(WRONG_USAGE, "Unknown option: '" + option + "'");
    }

    @Test
    void wrongUsageLeavesNoFolder() {
        Path out = folder.resolve("out");
        Outcome.of("train", "--out=" + out, "--device=0").isRefused(WRONG_USAGE, "--device");
        Outcome.of("train", "--out=" + out, "--omit=3").isRefused(WRONG_USAGE, "--omit");
        assertFalse(Files.exists(out));
    }

    @Test
    void optionsCanBeKeptInAFile() throws IOException {
        Path options = folder.resolve("options.txt");
        Files.writeString(options, "# what we always use\n--data=" + folder.resolve("none") + "\n--threads=1\n");
        Outcome.of("train", "@" + options).isRefused(4, "none: no such folder");
        Files.writeString(options, "--threads=0\n");
        Outcome.of("train", "@" + options).isRefused(WRONG_USAGE, "--threads");
        Outcome.of("train", "--threads=100000").isRefused(WRONG_USAGE, "'100000' is not a whole number of 1 to ");
        Outcome.of("run", "@" + folder.resolve("missing.txt")).isRefused(WRONG_USAGE, "missing.txt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "train",
                "distill",
                "evaluate",
                "latency",
                "study",
                "predict",
                "serve",
                "export",
                "tune",
                "devices",
                "doctor"
            })
    void everyCommandHasHelp(String command) {
        Outcome asked = Outcome.of("help", command).isDone();
        assertTrue(asked.out().startsWith("Usage: retort " + command), asked.out());
        assertEquals(asked, Outcome.of(command, "--help"));
        assertEquals("", asked.err());
        assertTrue(Outcome.of("--help").isDone().out().contains("  " + command + " "));
    }

    @Test
    void theVersionIsOneLine() {
        List<String> lines = Outcome.of("--version").isDone().out().lines().toList();
        assertEquals(1, lines.size());
        assertTrue(lines.getFirst().startsWith("retort "), lines.getFirst());
        assertEquals(
                lines, Outcome.of("train", "--version").isDone().out().lines().toList());
    }

    /** What bash offers for the last word. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            retort exp             | export
            retort run --student-e | --student-epochs
            retort run --recipe '' | notebook hinton2015 hinton2015-long
            retort study sweep --recipe '' | hinton2015 hinton2015-long
            retort run --method so | soft-targets soft-and-hard
            retort run --optimizer m | momentum
            retort distill --ensemble '' | logits probabilities
            retort distill --backend cpu | cpu-scalar cpu-simd
            retort train --model s | student
            retort study s         | sweep
            retort study sweep --method log | logits
            retort recipes not     | notebook
            """)
    @DisabledOnOs(OS.WINDOWS)
    void bashCompletesCommandsOptionsAndValues(String line, String offered) throws Exception {
        Path script = folder.resolve("completion");
        Files.writeString(script, Outcome.of("generate-completion").isDone().out());
        String program = "source " + script + "; compopt() { :; }; COMP_WORDS=(" + line
                + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _complete_retort; echo \"${COMPREPLY[*]}\"";
        Process bash = new ProcessBuilder("bash", "-c", program)
                .redirectErrorStream(true)
                .start();
        String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(offered, out.strip());
    }

    @Test
    void aStackTraceComesOnlyWhenAskedFor() {
        Outcome verbose = Outcome.of("train", "--verbose", "--data=" + folder.resolve("none"));
        assertEquals(4, verbose.code());
        assertTrue(verbose.err().contains("\tat retort.driver."), verbose.err());
    }

    @Test
    void devicesTellsOfEveryEngine() {
        String out = Outcome.of("devices").isDone().out();
        for (String engine : List.of("cpu-scalar", "cpu-simd", "opencl")) {
            assertTrue(out.lines().anyMatch(line -> line.startsWith(engine)), out);
        }
    }
}
