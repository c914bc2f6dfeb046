import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What a consumer reads from spans of partitions. */
final class Records {
    private static final long PATIENCE_MS = 120_000;
    private static final int LONGEST_TEXT = 100;
    private static final int LONGEST_HEX = 40;

    private final Map<String, Object> settings = new HashMap<>();
    private final Map<TopicPartition, long[]> spans = new HashMap<>();
    private final Map<TopicPartition, List<Object>> records = new HashMap<>();
    private final Map<TopicPartition, List<long[]>> ranges = new HashMap<>();
    private final Map<TopicPartition, TreeSet<Long>> timestamps = new HashMap<>();

    Records(String bootstrap, boolean committed) {
        settings.put("bootstrap.servers", bootstrap);
        settings.put("isolation.level", committed ? "read_committed" : "read_uncommitted");
        settings.put("auto.offset.reset", "none");
        settings.put("enable.auto.commit", "false");
        settings.put("max.partition.fetch.bytes", 4 << 20);
        settings.put("max.poll.records", 5000);
        settings.put("key.deserializer", ByteArrayDeserializer.class);
        settings.put("value.deserializer", ByteArrayDeserializer.class);
    }

    void want(TopicPartition partition, long from, long upto) {
        spans.put(partition, new long[] {from, upto});
        records.put(partition, new ArrayList<>());
        ranges.put(partition, new ArrayList<>());
        timestamps.put(partition, new TreeSet<>());
    }

    List<Object> records(TopicPartition partition) {
        return records.get(partition);
    }

    /** First and last offset of each run of offsets without a hole. */
    List<long[]> ranges(TopicPartition partition) {
        return ranges.get(partition);
    }

    TreeSet<Long> timestamps(TopicPartition partition) {
        return timestamps.get(partition);
    }

    void read() throws Exception {
        Set<TopicPartition> left = new HashSet<>();
        spans.forEach((partition, span) -> {
            if (span[1] > span[0]) left.add(partition);
        });
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            consumer.assign(left);
            for (TopicPartition partition : left) consumer.seek(partition, spans.get(partition)[0]);
            long until = System.currentTimeMillis() + PATIENCE_MS;
            while (!left.isEmpty()) {
                if (System.currentTimeMillis() > until) throw new IllegalStateException("nothing comes of " + left);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) take(record);
                left.removeIf(partition -> consumer.position(partition) >= spans.get(partition)[1]);
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) throws Exception {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        List<long[]> runs = ranges.get(partition);
        if (runs.isEmpty() || runs.get(runs.size() - 1)[1] != record.offset() - 1) {
            runs.add(new long[] {record.offset(), record.offset()});
        } else {
            runs.get(runs.size() - 1)[1] = record.offset();
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("offset", record.offset());
        fields.put("timestamp", record.timestamp());
        if (record.timestampType() != TimestampType.CREATE_TIME) {
            fields.put("timestampType", record.timestampType().name);
        }
        record.leaderEpoch().ifPresent(epoch -> fields.put("epoch", epoch));
        fields.put("key", shown(record.key()));
        fields.put("value", shown(record.value()));
        List<Object> headers = new ArrayList<>();
        for (Header header : record.headers()) headers.add(Arrays.asList(header.key(), shown(header.value())));
        if (!headers.isEmpty()) fields.put("headers", headers);
        records.get(partition).add(fields);
        timestamps.get(partition).add(record.timestamp());
    }

    /** Text as it is, other bytes in hex, many by their hash. */
    private static Object shown(byte[] bytes) throws Exception {
        if (bytes == null) return null;
        if (bytes.length <= LONGEST_TEXT) {
            try {
                String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
                if (text.chars().noneMatch(c -> c < 32 || c == 127 || c == 0xfffd)) return text;
            } catch (CharacterCodingException binary) {
                // shown below
            }
        }
        if (bytes.length <= LONGEST_HEX) return Map.of("hex", HexFormat.of().formatHex(bytes));
        Map<String, Object> sum = new LinkedHashMap<>();
        sum.put("sha256", HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        sum.put("length", bytes.length);
        return sum;
    }
}
