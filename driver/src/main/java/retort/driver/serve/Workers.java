package retort.driver.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import retort.driver.image.PreparedImage;
import retort.driver.predict.Classifier;
import retort.driver.predict.Classifiers;
import retort.driver.predict.Prediction;
import retort.nn.Predictor;

/** Threads that predict, each with a predictor of every model. What waits for them is bounded. */
final class Workers implements AutoCloseable {
    private static final int MOST_WAITING = 64;

    /** Calls of each model before the first question: later ones are timed as compiled code. */
    private static final int WARM_UP_CALLS = 30;

    private static final Question END = new Question(null, null);

    private final Classifiers asked;
    private final List<Classifier> models;
    private final BlockingQueue<Question> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final List<Thread> threads = new ArrayList<>();

    /** An image, and who asked. */
    private record Question(PreparedImage image, CompletableFuture<List<Answer>> asked) {}

    /** What a model said, and how long it took. */
    record Answer(String model, int label, String name, double[] probabilities, double micros) {}

    /** Returns once all of them have predicted. */
    Workers(Classifiers asked, int count) throws InterruptedException {
        this.asked = asked;
        this.models = asked.models();
        CountDownLatch warm = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform().name("retort-predict-" + i).daemon().start(() -> work(warm)));
        }
        warm.await();
    }

    /** What each model says of an image; nothing if too many questions wait already. */
    Optional<CompletableFuture<List<Answer>>> ask(PreparedImage image) {
        Question question = new Question(image, new CompletableFuture<>());
        return waiting.offer(question) ? Optional.of(question.asked()) : Optional.empty();
    }

    private void work(CountDownLatch warm) {
        List<Predictor> predictors = new ArrayList<>();
        try {
            models.forEach(model -> predictors.add(model.model().predictor()));
            try {
                PreparedImage blank =
                        new PreparedImage(asked.image(), new float[asked.image().size()]);
                for (int call = 0; call < WARM_UP_CALLS; call++) {
                    answers(predictors, blank);
                }
            } finally {
                warm.countDown();
            }
            for (Question question = waiting.take(); question != END; question = waiting.take()) {
                answer(predictors, question);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            predictors.forEach(Predictor::close);
        }
    }

    private void answer(List<Predictor> predictors, Question question) {
        try {
            question.asked().complete(answers(predictors, question.image()));
        } catch (RuntimeException e) {
            question.asked().completeExceptionally(e);
        }
    }

    private List<Answer> answers(List<Predictor> predictors, PreparedImage image) {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            long start = System.nanoTime();
            Prediction prediction = models.get(i)
                    .predict(predictors.get(i), image.pixels(), 1)
                    .findFirst()
                    .orElseThrow();
            double micros = (System.nanoTime() - start) / 1e3;
            String name = asked.classNames().get(prediction.label());
            answers.add(new Answer(models.get(i).name(), prediction.label(), name, prediction.probabilities(), micros));
        }
        return answers;
    }

    /** Waits until what was asked is answered. */
    @Override
    public void close() {
        try {
            for (int i = 0; i < threads.size(); i++) {
                waiting.put(END);
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
