#pragma once

#include "metrics/sheet.h"

// Every metric of a broker, under the names that the usual rules of the JMX exporter give to Kafka's beans:
// domain, type and name in lower case, joined by underscores; what Kafka calls PerSec is a counter that ends in _total.
namespace millrace::broker::families {

using metrics::Family;
using metrics::Kind;

// Per topic with the label `topic`, and without labels over all topics, as Kafka has both.
inline constexpr Family kMessagesIn{"kafka_server_brokertopicmetrics_messagesin_total", Kind::counter,
                                    "Records appended."};
inline constexpr Family kBytesIn{"kafka_server_brokertopicmetrics_bytesin_total", Kind::counter,
                                 "Bytes of record batches appended."};
inline constexpr Family kBytesOut{"kafka_server_brokertopicmetrics_bytesout_total", Kind::counter,
                                  "Bytes of record batches sent to consumers."};

inline constexpr Family kRequests{"kafka_network_requestmetrics_requests_total", Kind::counter,
                                  "Requests answered, by API and version."};
inline constexpr Family kRequestTime{"kafka_network_requestmetrics_totaltimems", Kind::summary,
                                     "Milliseconds from a whole request to its answer; quantiles of the last minutes."};

inline constexpr Family kPartitions{"kafka_server_replicamanager_partitioncount", Kind::gauge,
                                    "Partitions with a replica here."};
inline constexpr Family kLeaders{"kafka_server_replicamanager_leadercount", Kind::gauge, "Partitions led here."};
inline constexpr Family kOfflineReplicas{"kafka_server_replicamanager_offlinereplicacount", Kind::gauge,
                                         "Replicas here whose storage cannot be used."};
inline constexpr Family kUnderReplicated{"kafka_server_replicamanager_underreplicatedpartitions", Kind::gauge,
                                         "Partitions led here with fewer replicas in sync than they have."};
inline constexpr Family kUnderMinIsr{"kafka_server_replicamanager_underminisrpartitioncount", Kind::gauge,
                                     "Partitions led here with fewer replicas in sync than min.insync.replicas."};

inline constexpr Family kLogSize{"kafka_log_log_size", Kind::gauge, "Bytes of a partition's log."};
inline constexpr Family kLogStart{"kafka_log_log_logstartoffset", Kind::gauge, "The first offset that is kept."};
inline constexpr Family kLogEnd{"kafka_log_log_logendoffset", Kind::gauge, "The offset of the next record."};

inline constexpr Family kOfflineDirs{"kafka_log_logmanager_offlinelogdirectorycount", Kind::gauge,
                                     "Log directories that have failed."};
inline constexpr Family kDirOffline{"kafka_log_logmanager_logdirectoryoffline", Kind::gauge,
                                    "1 for a log directory that has failed, else 0."};
// With the labels topic, partition, file, position and offset; no sample where nothing is damaged.
inline constexpr Family kLogDamage{"millrace_log_damage", Kind::gauge,
                                   "1 for each partition with damage below what was durable: where it is."};

inline constexpr Family kActiveController{"kafka_controller_kafkacontroller_activecontrollercount", Kind::gauge,
                                          "1 on the node whose controller is the active one."};
inline constexpr Family kOfflinePartitions{"kafka_controller_kafkacontroller_offlinepartitionscount", Kind::gauge,
                                           "Partitions of the cluster without a leader."};
inline constexpr Family kTopics{"kafka_controller_kafkacontroller_globaltopiccount", Kind::gauge,
                                "Topics of the cluster."};
inline constexpr Family kAllPartitions{"kafka_controller_kafkacontroller_globalpartitioncount", Kind::gauge,
                                       "Partitions of the cluster."};
inline constexpr Family kActiveBrokers{"kafka_controller_kafkacontroller_activebrokercount", Kind::gauge,
                                       "Brokers that are registered and not fenced."};
inline constexpr Family kFencedBrokers{"kafka_controller_kafkacontroller_fencedbrokercount", Kind::gauge,
                                       "Brokers that are registered and fenced."};
inline constexpr Family kPreferredImbalance{"kafka_controller_kafkacontroller_preferredreplicaimbalancecount",
                                            Kind::gauge, "Partitions not led by their first replica."};

inline constexpr Family kBrokerState{"kafka_server_kafkaserver_brokerstate", Kind::gauge,
                                     "3: running; 1: starting; 6: stopping."};
inline constexpr Family kConnections{"kafka_server_socket_server_metrics_connection_count", Kind::gauge,
                                     "Client connections that are open."};
inline constexpr Family kMetadataOffset{"kafka_server_broker_metadata_metrics_last_applied_record_offset", Kind::gauge,
                                        "The offset of the last metadata record that this node has applied."};

inline constexpr Family kClientMetric{"kafka_client_metric", Kind::gauge,
                                      "What clients have measured and pushed (KIP-714), by the metric's name."};

inline constexpr Family kCpuSeconds{"process_cpu_seconds_total", Kind::counter, "User and system time, in seconds."};
inline constexpr Family kResident{"process_resident_memory_bytes", Kind::gauge, "Memory that is resident."};
inline constexpr Family kVirtual{"process_virtual_memory_bytes", Kind::gauge, "Address space in use."};
inline constexpr Family kOpenFiles{"process_open_fds", Kind::gauge, "File descriptors in use."};
inline constexpr Family kMaxFiles{"process_max_fds", Kind::gauge, "File descriptors that the process may use."};
inline constexpr Family kStartTime{"process_start_time_seconds", Kind::gauge, "When the process began, since 1970."};

}  // namespace millrace::broker::families
