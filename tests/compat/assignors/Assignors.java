import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.AbstractPartitionAssignor;
import org.apache.kafka.common.TopicPartition;

// Random groups and what Kafka's assignors make of them: Assignors SEED CASES. One case is lines of words, ended by an
// empty one: "T topic partitions", "M member instance topics owned generation", "R assignor member partitions"; lists
// with commas, "-" for nothing.
public class Assignors {
    static final Random random = new Random();

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
        for (int i = 0; i < topicCount; ++i) topics.put("t" + i, 1 + random.nextInt(7));
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
        topics.forEach((topic, count) -> System.out.println("T " + topic + " " + count));
        int number = 0;
        for (String member : wishes.keySet()) {
            List<TopicPartition> has = new ArrayList<>(owned.getOrDefault(member, List.of()));
            int generation = has.isEmpty() ? -1 : 3;
            if (!fresh && random.nextInt(3) == 0) generation = older(has, topics);
            String instance = random.nextInt(4) == 0 ? "i" + (9 - number) : null;
            ++number;
            Subscription sticky = new Subscription(wishes.get(member), userData(has, generation), List.of(), generation,
                Optional.empty());
            Subscription incremental = new Subscription(wishes.get(member), null, has, generation, Optional.empty());
            sticky.setGroupInstanceId(Optional.ofNullable(instance));
            incremental.setGroupInstanceId(Optional.ofNullable(instance));
            eager.put(member, sticky);
            cooperative.put(member, incremental);
            System.out.println("M " + member + " " + (instance == null ? "-" : instance) + " "
                + String.join(",", wishes.get(member)) + " " + text(has) + " " + generation);
        }
        Map<String, AbstractPartitionAssignor> assignors = new LinkedHashMap<>();
        assignors.put("range", new RangeAssignor());
        assignors.put("roundrobin", new RoundRobinAssignor());
        assignors.put("sticky", new StickyAssignor());
        assignors.put("cooperative-sticky", new CooperativeStickyAssignor());
        assignors.forEach((name, assignor) -> {
            Map<String, Subscription> asked = name.equals("cooperative-sticky") ? cooperative : eager;
            new TreeMap<>(assignor.assign(topics, asked)).forEach((member, keys) -> {
                keys.sort(Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition));
                System.out.println("R " + name + " " + member + " " + text(keys));
            });
        });
        System.out.println();
    }

    public static void main(String[] args) {
        random.setSeed(Long.parseLong(args[0]));
        int cases = Integer.parseInt(args[1]);
        for (int i = 0; i < cases; ++i) one(i % 2 == 0, i % 4 < 2);
    }
}
