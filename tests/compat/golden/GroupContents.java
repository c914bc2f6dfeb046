import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** The groups of a cluster, with what they have committed. */
final class GroupContents {
    private final Admin admin;

    GroupContents(Admin admin) {
        this.admin = admin;
    }

    Map<String, Object> all() throws Exception {
        Map<String, Object> groups = new TreeMap<>();
        for (GroupListing group : Contents.get(admin.listGroups().all())) {
            String type = group.type().map(Object::toString).orElse("?");
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("type", type);
            fields.put("protocol", group.protocol());
            fields.put("state", group.groupState().map(Object::toString).orElse("?"));
            String id = group.groupId();
            Object more = Contents.served(() -> switch (type.toLowerCase()) {
                case "share" -> share(id);
                case "streams" -> streams(id);
                default -> consumer(id);
            });
            ((Map<?, ?>) more).forEach((name, value) -> fields.put((String) name, value));
            groups.put(id, fields);
        }
        return groups;
    }

    private Map<String, Object> share(String id) throws Exception {
        Map<String, Object> starts = new TreeMap<>();
        var asked = admin.listShareGroupOffsets(Map.of(id, new ListShareGroupOffsetsSpec()));
        Contents.get(asked.partitionsToOffsetInfo(id)).forEach((partition, info) -> {
            if (info != null) starts.put(name(partition), info.startOffset());
        });
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("startOffsets", starts);
        fields.put("groupEpoch", Contents.get(admin.describeShareGroups(List.of(id)).all()).get(id).groupEpoch());
        return fields;
    }

    private Map<String, Object> streams(String id) throws Exception {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("offsets", offsets(Contents.get(
            admin.listStreamsGroupOffsets(Map.of(id, new ListStreamsGroupOffsetsSpec()))
                .partitionsToOffsetAndMetadata(id))));
        fields.put("groupEpoch", Contents.get(admin.describeStreamsGroups(List.of(id)).all()).get(id).groupEpoch());
        return fields;
    }

    private Map<String, Object> consumer(String id) throws Exception {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("offsets",
            offsets(Contents.get(admin.listConsumerGroupOffsets(id).partitionsToOffsetAndMetadata(id))));
        ConsumerGroupDescription group = Contents.get(admin.describeConsumerGroups(List.of(id)).all()).get(id);
        fields.put("assignor", group.partitionAssignor());
        group.groupEpoch().ifPresent(epoch -> fields.put("groupEpoch", epoch));
        List<Object> members = new ArrayList<>();
        for (MemberDescription member : group.members()) {
            Map<String, Object> about = new LinkedHashMap<>();
            about.put("memberId", member.consumerId());
            member.groupInstanceId().ifPresent(instance -> about.put("instanceId", instance));
            about.put("clientId", member.clientId());
            member.memberEpoch().ifPresent(epoch -> about.put("epoch", epoch));
            about.put("assignment", member.assignment().topicPartitions().stream()
                .map(GroupContents::name).sorted().toList());
            members.add(about);
        }
        fields.put("members", Contents.sorted(members));
        return fields;
    }

    private static String name(TopicPartition partition) {
        return partition.topic() + " " + partition.partition();
    }

    private static Map<String, Object> offsets(Map<TopicPartition, OffsetAndMetadata> committed) {
        Map<String, Object> all = new TreeMap<>();
        committed.forEach((partition, offset) -> {
            if (offset == null) return;
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("offset", offset.offset());
            offset.leaderEpoch().ifPresent(epoch -> fields.put("leaderEpoch", epoch));
            fields.put("metadata", offset.metadata());
            all.put(name(partition), fields);
        });
        return all;
    }
}
