import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.AbstractPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

// Random groups and what Kafka's assignors make of them: Assignors SEED CASES [racks]. One case is lines of words,
// ended by an empty one: "T topic partitions", "M member instance topics owned generation", "R assignor member
// partitions"; lists with commas, "-" for nothing. With "racks" a T line ends with the racks of each partition's
// replicas, joined by "+", and an M line with the member's rack.
public class Assignors {
    static final Random random = new Random();
    static boolean racks = false;

    // Five brokers in three racks; sometimes the last one is in none.
    static List<Node> brokers() {
        boolean homeless = random.nextInt(4) == 0;
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < 5; ++i) nodes.add(new Node(i, "h", 1, homeless && i == 4 ? null : "r" + i % 3));
        return nodes;
    }

    // The replicas of each partition. Some topics are laid out as the one before them.
    static List<List<Node>> layout(int count, List<Node> brokers, List<List<Node>> before) {
        if (before.size() == count && random.nextInt(2) == 0) return before;
        int replicas = 1 + random.nextInt(3);
        List<List<Node>> all = new ArrayList<>();
        for (int i = 0; i < count; ++i) {
            List<Node> shuffled = new ArrayList<>(brokers);
            Collections.shuffle(shuffled, random);
            all.add(shuffled.subList(0, replicas));
        }
        return all;
    }

    static String rackOfMember() {
        return random.nextInt(8) == 0 ? null : "r" + random.nextInt(random.nextInt(6) == 0 ? 4 : 3);
    }

    static String text(List<Node> replicas) {
        String all = replicas.stream().map(Node::rack).filter(Objects::nonNull).distinct().sorted()
            .collect(Collectors.joining("+"));
        return all.isEmpty() ? "-" : all;
    }

    static Map<String, List<TopicPartition>> share(AbstractPartitionAssignor assignor, Map<String, Integer> topics,
                                                   Map<String, List<List<Node>>> layouts, List<Node> brokers,
                                                   Map<String, Subscription> asked) {
        if (!racks) return assignor.assign(topics, asked);
        List<PartitionInfo> partitions = new ArrayList<>();
        layouts.forEach((topic, layout) -> {
            for (int i = 0; i < layout.size(); ++i) {
                Node[] replicas = layout.get(i).toArray(new Node[0]);
                partitions.add(new PartitionInfo(topic, i, replicas[0], replicas, replicas));
            }
        });
        Cluster cluster = new Cluster("c", brokers, partitions, Set.of(), Set.of());
        Map<String, List<TopicPartition>> shares = new TreeMap<>();
        assignor.assign(cluster, new GroupSubscription(asked)).groupAssignment()
            .forEach((member, share) -> shares.put(member, new ArrayList<>(share.partitions())));
        return shares;
    }

    static String text(Collection<TopicPartition> keys) {
        if (keys.isEmpty()) return "-";
        List<String> words = new ArrayList<>();
        for (TopicPartition key : keys) words.add(key.topic() + ":" + key.partition());
        return String.join(",", words);
    }

    // What the sticky assignor tells its leader.
    static ByteBuffer userData(List<TopicPartition> owned, int generation) {
        Map<String, List<Integer>> topics = new TreeMap<>();
        for (TopicPartition key : owned) {
            topics.computeIfAbsent(key.topic(), t -> new ArrayList<>()).add(key.partition());
        }
        ByteBuffer out = ByteBuffer.allocate(65536);
        out.putInt(topics.size());
        topics.forEach((topic, partitions) -> {
            byte[] name = topic.getBytes(StandardCharsets.UTF_8);
            out.putShort((short) name.length).put(name).putInt(partitions.size());
            partitions.forEach(out::putInt);
        });
        out.putInt(generation);
        out.flip();
        return out;
    }

    // Partitions that the group had before, each with one of its present subscribers; most of them are told.
    static Map<String, List<TopicPartition>> before(Map<String, Integer> topics, Map<String, List<String>> wishes) {
        Map<String, List<TopicPartition>> owned = new HashMap<>();
        topics.forEach((topic, count) -> {
            List<String> takers = new ArrayList<>();
            wishes.forEach((member, wanted) -> { if (wanted.contains(topic)) takers.add(member); });
            for (int i = 0; i < count && !takers.isEmpty(); ++i) {
                if (random.nextInt(5) == 0) continue;
                String member = takers.get(random.nextInt(takers.size()));
                owned.computeIfAbsent(member, m -> new ArrayList<>()).add(new TopicPartition(topic, i));
            }
        });
        return owned;
    }

    // What a member that has missed a generation or two claims besides: partitions that others may have by now, or of
    // topics that it does not ask for any more. Returns its generation.
    static int older(List<TopicPartition> has, Map<String, Integer> topics) {
        List<String> names = new ArrayList<>(topics.keySet());
        for (int i = random.nextInt(4); i > 0; --i) {
            String topic = names.get(random.nextInt(names.size()));
            TopicPartition key = new TopicPartition(topic, random.nextInt(topics.get(topic)));
            if (!has.contains(key)) has.add(key);
        }
        return has.isEmpty() ? -1 : 1 + random.nextInt(2);
    }

    static void one(boolean alike, boolean fresh) {
        Map<String, Integer> topics = new TreeMap<>();
        int topicCount = 1 + random.nextInt(4);
        for (int i = 0; i < topicCount; ++i) {
            boolean same = racks && i > 0 && random.nextInt(2) == 0;
            topics.put("t" + i, same ? topics.get("t" + (i - 1)) : 1 + random.nextInt(7));
        }
        Map<String, List<String>> wishes = new TreeMap<>();
        int members = 1 + random.nextInt(6);
        for (int i = 0; i < members; ++i) {
            List<String> wanted = new ArrayList<>();
            for (String topic : topics.keySet()) if (alike || random.nextInt(3) != 0) wanted.add(topic);
            if (wanted.isEmpty()) wanted.add("t0");
            wishes.put("m" + (char) ('a' + random.nextInt(26)) + i, wanted);
        }
        // A leader asks its cluster for the topics of its members only.
        for (Iterator<String> all = topics.keySet().iterator(); all.hasNext(); ) {
            String topic = all.next();
            if (wishes.values().stream().noneMatch(wanted -> wanted.contains(topic))) all.remove();
        }
        Map<String, List<TopicPartition>> owned = fresh ? Map.of() : before(topics, wishes);
        Map<String, Subscription> eager = new HashMap<>(), cooperative = new HashMap<>();
        List<Node> brokers = racks ? brokers() : List.of();
        Map<String, List<List<Node>>> layouts = new TreeMap<>();
        List<List<Node>> last = List.of();
        for (String topic : topics.keySet()) {
            int count = topics.get(topic);
            if (racks) layouts.put(topic, last = layout(count, brokers, last));
            System.out.println("T " + topic + " " + count + (racks
                ? " " + last.stream().map(Assignors::text).collect(Collectors.joining(",")) : ""));
        }
        int number = 0;
        for (String member : wishes.keySet()) {
            List<TopicPartition> has = new ArrayList<>(owned.getOrDefault(member, List.of()));
            int generation = has.isEmpty() ? -1 : 3;
            if (!fresh && random.nextInt(3) == 0) generation = older(has, topics);
            String instance = random.nextInt(4) == 0 ? "i" + (9 - number) : null;
            ++number;
            String rack = racks ? rackOfMember() : null;
            Subscription sticky = new Subscription(wishes.get(member), userData(has, generation), List.of(), generation,
                Optional.ofNullable(rack));
            Subscription incremental = new Subscription(wishes.get(member), null, has, generation,
                Optional.ofNullable(rack));
            sticky.setGroupInstanceId(Optional.ofNullable(instance));
            incremental.setGroupInstanceId(Optional.ofNullable(instance));
            eager.put(member, sticky);
            cooperative.put(member, incremental);
            System.out.println("M " + member + " " + (instance == null ? "-" : instance) + " "
                + String.join(",", wishes.get(member)) + " " + text(has) + " " + generation
                + (racks ? " " + (rack == null ? "-" : rack) : ""));
        }
        Map<String, AbstractPartitionAssignor> assignors = new LinkedHashMap<>();
        assignors.put("range", new RangeAssignor());
        assignors.put("roundrobin", new RoundRobinAssignor());
        assignors.put("sticky", new StickyAssignor());
        assignors.put("cooperative-sticky", new CooperativeStickyAssignor());
        assignors.forEach((name, assignor) -> {
            Map<String, Subscription> asked = name.equals("cooperative-sticky") ? cooperative : eager;
            new TreeMap<>(share(assignor, topics, layouts, brokers, asked)).forEach((member, keys) -> {
                keys.sort(Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition));
                System.out.println("R " + name + " " + member + " " + text(keys));
            });
        });
        System.out.println();
    }

    public static void main(String[] args) {
        random.setSeed(Long.parseLong(args[0]));
        int cases = Integer.parseInt(args[1]);
        racks = args.length > 2 && args[2].equals("racks");
        for (int i = 0; i < cases; ++i) one(i % 2 == 0, i % 4 < 2);
    }
}
