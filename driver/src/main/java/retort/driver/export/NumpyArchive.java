package retort.driver.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import retort.driver.cli.Json;
import retort.nn.SafeTensors;

/**
 * A network as an .npz: a zip of .npy files, an array of float32 for each parameter, and "metadata", a string of JSON.
 *
 * <p>Source: numpy.lib.format, version 1.0.
 */
public record NumpyArchive(TrainedNetwork network) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int ALIGNMENT_BYTES = 64;

    /** Of all entries: equal networks give equal bytes. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    public void writeTo(OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        // Trained weights hardly get smaller, and it would take seconds.
        zip.setLevel(Deflater.NO_COMPRESSION);
        for (Map.Entry<String, SafeTensors.Entry> named : network.parameters().entrySet()) {
            int[] extents = named.getValue().shape().extents();
            begin(zip, named.getKey(), "<f4", extents);
            LittleEndian.write(named.getValue().elements(), zip);
            zip.closeEntry();
        }
        String json = Json.text(network.metadata());
        begin(zip, "metadata", "<U" + json.codePointCount(0, json.length()));
        zip.write(json.getBytes("UTF-32LE"));
        zip.closeEntry();
        zip.finish();
    }

    private static void begin(ZipOutputStream zip, String name, String type, int... extents) throws IOException {
        ZipEntry entry = new ZipEntry(name + ".npy");
        entry.setTimeLocal(TIME);
        zip.putNextEntry(entry);
        zip.write(header(type, extents));
    }

    /**
     * The header of an .npy, padded so that the elements are aligned. A shape of one axis has a comma, as Python writes
     * tuples.
     */
    public static byte[] header(String type, int... extents) {
        String shape = Arrays.stream(extents).mapToObj(extent -> extent + ",").collect(Collectors.joining(" "));
        String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
        int unpadded = MAGIC.length + Short.BYTES + text.length() + 1;
        int padding = Math.floorMod(-unpadded, ALIGNMENT_BYTES);
        int length = text.length() + padding + 1;
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(MAGIC);
        header.write(length);
        header.write(length >>> Byte.SIZE);
        header.writeBytes((text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII));
        return header.toByteArray();
    }
}
