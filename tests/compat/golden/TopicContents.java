import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** The topics of a cluster that are not its own: offsets, timestamps, producers and every record. */
final class TopicContents {
    private static final int PROBES = 6;

    private final Admin admin;
    private final String bootstrap;
    private final Contents contents;

    TopicContents(Admin admin, String bootstrap, Contents contents) {
        this.admin = admin;
        this.bootstrap = bootstrap;
        this.contents = contents;
    }

    private Map<TopicPartition, ListOffsetsResultInfo> offsets(Collection<TopicPartition> of, OffsetSpec spec,
                                                               IsolationLevel level) throws Exception {
        return Contents.get(admin.listOffsets(of.stream().collect(Collectors.toMap(p -> p, p -> spec)),
            new ListOffsetsOptions(level)).all());
    }

    Map<String, Object> all() throws Exception {
        Map<String, TopicDescription> topics =
            Contents.get(admin.describeTopics(Contents.get(admin.listTopics().names())).allTopicNames());
        List<TopicPartition> partitions = topics.values().stream()
            .flatMap(t -> t.partitions().stream().map(p -> new TopicPartition(t.name(), p.partition()))).toList();
        IsolationLevel loose = IsolationLevel.READ_UNCOMMITTED;
        var first = offsets(partitions, OffsetSpec.earliest(), loose);
        var end = offsets(partitions, OffsetSpec.latest(), loose);
        var stable = offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
        var greatest = offsets(partitions, OffsetSpec.maxTimestamp(), loose);
        Records every = new Records(bootstrap, false);
        Records committed = new Records(bootstrap, true);
        for (TopicPartition partition : partitions) {
            every.want(partition, first.get(partition).offset(), end.get(partition).offset());
            committed.want(partition, first.get(partition).offset(), stable.get(partition).offset());
        }
        every.read();
        committed.read();
        var producers = Contents.get(admin.describeProducers(partitions).all());
        var byTime = byTime(partitions, every);

        Map<String, Object> all = new TreeMap<>();
        for (TopicDescription topic : topics.values()) {
            List<Object> described = new ArrayList<>();
            for (var info : topic.partitions()) {
                TopicPartition partition = new TopicPartition(topic.name(), info.partition());
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("partition", info.partition());
                fields.put("logStartOffset", first.get(partition).offset());
                fields.put("highWatermark", end.get(partition).offset());
                fields.put("lastStableOffset", stable.get(partition).offset());
                var top = greatest.get(partition);
                fields.put("maxTimestamp", List.of(top.offset(), top.timestamp()));
                if (byTime.containsKey(partition)) fields.put("offsetsForTimes", byTime.get(partition));
                fields.put("producers", producers.get(partition).activeProducers().stream()
                    .sorted(Comparator.comparingLong(ProducerState::producerId)).map(TopicContents::fieldsOf).toList());
                fields.put("readCommitted", committed.ranges(partition));
                fields.put("records", every.records(partition));
                described.add(fields);
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("topicId", topic.topicId().toString());
            fields.put("configs", contents.changed(ConfigResource.Type.TOPIC, topic.name()));
            fields.put("partitionCount", topic.partitions().size());
            fields.put("partitions", described);
            all.put(topic.name(), fields);
        }
        return all;
    }

    private static Map<String, Object> fieldsOf(ProducerState producer) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("producerId", producer.producerId());
        fields.put("epoch", producer.producerEpoch());
        fields.put("lastSequence", producer.lastSequence());
        fields.put("lastTimestamp", producer.lastTimestamp());
        producer.coordinatorEpoch().ifPresent(epoch -> fields.put("coordinatorEpoch", epoch));
        producer.currentTransactionStartOffset().ifPresent(start -> fields.put("openTransactionStart", start));
        return fields;
    }

    /** What a look-up by time finds at the first, the last and some timestamps between, and beyond both. */
    private Map<TopicPartition, List<Object>> byTime(List<TopicPartition> partitions, Records every) throws Exception {
        Map<TopicPartition, List<Long>> probes = new HashMap<>();
        for (TopicPartition partition : partitions) {
            List<Long> times = new ArrayList<>(every.timestamps(partition));
            if (times.isEmpty()) continue;
            long last = times.get(times.size() - 1);
            probes.put(partition, new TreeSet<>(List.of(0L, times.get(0), times.get(times.size() / 4) + 1,
                times.get(times.size() / 2), last, last + 1)).stream().filter(time -> time >= 0).toList());
        }
        Map<TopicPartition, List<Object>> found = new HashMap<>();
        for (int i = 0; i < PROBES; i++) {
            Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
            for (var entry : probes.entrySet()) {
                if (i >= entry.getValue().size()) continue;
                asked.put(entry.getKey(), OffsetSpec.forTimestamp(entry.getValue().get(i)));
            }
            if (asked.isEmpty()) break;
            for (var answer : Contents.get(admin.listOffsets(asked).all()).entrySet()) {
                found.computeIfAbsent(answer.getKey(), p -> new ArrayList<>()).add(List.of(
                    probes.get(answer.getKey()).get(i), answer.getValue().offset(), answer.getValue().timestamp()));
            }
        }
        return found;
    }
}
