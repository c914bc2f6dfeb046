import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.UserScramCredentialsDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/**
 * Everything that a cluster of one node holds, as Kafka's own clients see it, as JSON: BOOTSTRAP OUT.
 * What the server does not offer stands there as {"unserved": API}.
 */
final class Contents {
    private final Admin admin;

    Contents(Admin admin) {
        this.admin = admin;
    }

    static <T> T get(KafkaFuture<T> future) throws Exception {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        }
    }

    interface Question {
        Object ask() throws Exception;
    }

    static Object served(Question question) throws Exception {
        try {
            return question.ask();
        } catch (UnsupportedVersionException none) {
            return Map.of("unserved", String.valueOf(none.getMessage()));
        }
    }

    static List<?> sorted(Collection<?> values) {
        return values.stream().sorted(Comparator.comparing(Object::toString)).toList();
    }

    Map<String, Object> all(String bootstrap) throws Exception {
        Map<String, Object> root = new LinkedHashMap<>();
        String node = get(admin.describeCluster().nodes()).iterator().next().idString();
        root.put("clusterId", get(admin.describeCluster().clusterId()));
        root.put("nodeId", Integer.parseInt(node));
        Map<String, Object> features = new TreeMap<>();
        get(admin.describeFeatures().featureMetadata()).finalizedFeatures()
            .forEach((name, range) -> features.put(name, range.maxVersionLevel()));
        root.put("finalizedFeatures", features);
        root.put("groups", new GroupContents(admin).all());
        root.put("topics", new TopicContents(admin, bootstrap, this).all());
        root.put("transactions", served(this::transactions));
        root.put("acls", served(this::acls));
        root.put("users", served(this::users));
        root.put("quotas", served(this::quotas));
        root.put("brokerConfigs", Map.of("default", changed(ConfigResource.Type.BROKER, ""),
            node, changed(ConfigResource.Type.BROKER, node)));
        root.put("groupConfigs", resources(ConfigResource.Type.GROUP));
        root.put("clientMetrics", resources(ConfigResource.Type.CLIENT_METRICS));
        return root;
    }

    /** The settings of a resource that somebody has changed. */
    Map<String, Object> changed(ConfigResource.Type type, String name) throws Exception {
        ConfigResource resource = new ConfigResource(type, name);
        Map<String, Object> settings = new TreeMap<>();
        for (ConfigEntry entry : get(admin.describeConfigs(List.of(resource)).all()).get(resource).entries()) {
            String source = entry.source().name();
            boolean own = type == ConfigResource.Type.BROKER
                ? source.equals(name.isEmpty() ? "DYNAMIC_DEFAULT_BROKER_CONFIG" : "DYNAMIC_BROKER_CONFIG")
                : source.startsWith("DYNAMIC") && !source.contains("BROKER");
            if (own) settings.put(entry.name(), entry.value());
        }
        return settings;
    }

    private Object resources(ConfigResource.Type type) throws Exception {
        Map<String, Object> found = new TreeMap<>();
        var listed = get(admin.listConfigResources(Set.of(type), new ListConfigResourcesOptions()).all());
        for (ConfigResource one : listed) {
            found.put(one.name(), changed(type, one.name()));
        }
        return found;
    }

    private Object transactions() throws Exception {
        List<String> ids = get(admin.listTransactions().all()).stream()
            .map(TransactionListing::transactionalId).toList();
        Map<String, Object> all = new TreeMap<>();
        for (var entry : get(admin.describeTransactions(ids).all()).entrySet()) {
            TransactionDescription one = entry.getValue();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("state", one.state().toString());
            fields.put("producerId", one.producerId());
            fields.put("producerEpoch", one.producerEpoch());
            fields.put("timeoutMs", one.transactionTimeoutMs());
            fields.put("partitions", one.topicPartitions().stream()
                .map(p -> p.topic() + " " + p.partition()).sorted().toList());
            all.put(entry.getKey(), fields);
        }
        return all;
    }

    private Object acls() throws Exception {
        List<Object> all = new ArrayList<>();
        for (AclBinding acl : get(admin.describeAcls(AclBindingFilter.ANY).values())) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("resourceType", acl.pattern().resourceType().name());
            fields.put("resourceName", acl.pattern().name());
            fields.put("patternType", acl.pattern().patternType().name());
            fields.put("principal", acl.entry().principal());
            fields.put("host", acl.entry().host());
            fields.put("operation", acl.entry().operation().name());
            fields.put("permission", acl.entry().permissionType().name());
            all.add(fields);
        }
        return sorted(all);
    }

    private Object users() throws Exception {
        List<Object> all = new ArrayList<>();
        for (UserScramCredentialsDescription user
                : new TreeMap<>(get(admin.describeUserScramCredentials().all())).values()) {
            List<ScramCredentialInfo> infos = user.credentialInfos().stream()
                .sorted(Comparator.comparing(info -> info.mechanism().name())).toList();
            for (ScramCredentialInfo info : infos) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("user", user.name());
                fields.put("mechanism", info.mechanism().mechanismName());
                fields.put("iterations", info.iterations());
                all.add(fields);
            }
        }
        return all;
    }

    private Object quotas() throws Exception {
        List<Object> all = new ArrayList<>();
        for (var entry : get(admin.describeClientQuotas(ClientQuotaFilter.all()).entities()).entrySet()) {
            Map<String, Object> entity = new TreeMap<>();
            entry.getKey().entries().forEach((kind, name) -> entity.put(kind, name == null ? "<default>" : name));
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("entity", entity);
            fields.put("values", new TreeMap<>(entry.getValue()));
            all.add(fields);
        }
        return sorted(all);
    }

    public static void main(String[] args) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
            new ObjectMapper().writeValue(Path.of(args[1]).toFile(), new Contents(admin).all(args[0]));
        }
    }
}
