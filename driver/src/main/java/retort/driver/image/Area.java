package retort.driver.image;

/** Part of an image: columns {@code left} to {@code left + width}, the end excluded, and rows likewise. */
record Area(int left, int top, int width, int height) {
    /** Levels of an image. */
    interface Levels {
        float at(int x, int y);
    }

    /** Those of a row or column. */
    private interface Line {
        float at(int i);
    }

    /** The largest part in the middle of an image that has the aspect of another. */
    static Area middle(int width, int height, int likeWidth, int likeHeight) {
        double across = Math.min(width, (double) height * likeWidth / likeHeight);
        double down = Math.min(height, (double) width * likeHeight / likeWidth);
        int cutWidth = (int) Math.max(1, Math.round(across));
        int cutHeight = (int) Math.max(1, Math.round(down));
        return new Area((width - cutWidth) / 2, (height - cutHeight) / 2, cutWidth, cutHeight);
    }

    /** Scaled to another size: each pixel is the mean of the area that it covers, parts of pixels included. */
    float[] averaged(Levels levels, int toWidth, int toHeight) {
        float[] columns = new float[height * toWidth];
        for (int y = 0; y < height; y++) {
            int row = top + y;
            average(x -> levels.at(left + x, row), width, columns, y * toWidth, 1, toWidth);
        }
        float[] scaled = new float[toHeight * toWidth];
        for (int x = 0; x < toWidth; x++) {
            int column = x;
            average(y -> columns[y * toWidth + column], height, scaled, x, toWidth, toHeight);
        }
        return scaled;
    }

    /** {@code count} values become {@code toCount}, {@code step} apart. */
    private static void average(Line from, int count, float[] to, int offset, int step, int toCount) {
        double extent = (double) count / toCount;
        for (int i = 0; i < toCount; i++) {
            double begin = i * extent;
            double end = begin + extent;
            double sum = 0;
            for (int j = (int) begin; j < Math.min(count, Math.ceil(end)); j++) {
                double covered = Math.min(end, j + 1) - Math.max(begin, j);
                sum += covered * from.at(j);
            }
            to[offset + i * step] = (float) (sum / extent);
        }
    }
}
