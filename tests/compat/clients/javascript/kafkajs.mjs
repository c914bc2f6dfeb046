// kafkajs.mjs BOOTSTRAP: topics, settings, an idempotent producer, a group of two, offsets, by kafkajs.
import kafkajs from 'kafkajs'

import { COUNT, main, records, same, sorted, until } from './check.mjs'

const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs
const TOPIC = 'by-kafkajs'
const GROUP = 'kafkajs-readers'

async function produce(kafka) {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (let from = 0; from < COUNT; from += 100) {
    const messages = records.slice(from, from + 100).map((record) => ({ ...record, headers: { from: 'kafkajs' } }))
    const sent = await producer.send({ topic: TOPIC, acks: -1, compression: CompressionTypes.GZIP, messages })
    same('errors of a send', sent.map((partition) => partition.errorCode).filter((code) => code !== 0), [])
  }
  await producer.disconnect()
}

// Two members; the second comes while the first reads, so that partitions are handed over.
async function consume(kafka) {
  const read = new Map()
  const assigned = [0, 0]
  const members = [0, 1].map(() => kafka.consumer({ groupId: GROUP, sessionTimeout: 10000, heartbeatInterval: 200 }))
  for (const [index, member] of members.entries()) {
    member.on(member.events.GROUP_JOIN, ({ payload }) => {
      assigned[index] = (payload.memberAssignment[TOPIC] ?? []).length
    })
    await member.connect()
    await member.subscribe({ topics: [TOPIC], fromBeginning: true })
    await member.run({
      eachMessage: async ({ partition, message }) => {
        same('a header', message.headers.from.toString(), 'kafkajs')
        read.set(`${partition}/${message.offset}`, message.value.toString())
      }
    })
  }
  await until('a group of two', () => assigned[0] + assigned[1] === 3 && assigned[0] > 0 && assigned[1] > 0)
  await until('every record', () => read.size >= COUNT)
  same('the records', sorted(read.values()), sorted(records.map((record) => record.value)))
  for (const member of members) await member.disconnect()
}

async function administrate(admin) {
  const config = [{ name: 'retention.ms', value: '3600000' }]
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: TOPIC, configEntries: config }] })
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: TOPIC, configNames: ['retention.ms'] }]
  })
  same('the altered setting', resources[0].configEntries[0].configValue, '3600000')

  const ends = await admin.fetchTopicOffsets(TOPIC)
  same('the sum of the ends', ends.reduce((sum, end) => sum + Number(end.high), 0), COUNT)
  const [committed] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] })
  same('committed', sorted(committed.partitions.map((p) => `${p.partition}/${p.offset}`)),
    sorted(ends.map((end) => `${end.partition}/${end.high}`)))
  const { groups } = await admin.describeGroups([GROUP])
  same('the state of the group', groups[0].state, 'Empty')
  await admin.resetOffsets({ groupId: GROUP, topic: TOPIC, earliest: true })
  await admin.deleteTopicRecords({ topic: TOPIC, partitions: [{ partition: 0, offset: '1' }] })
  const [first] = (await admin.fetchTopicOffsets(TOPIC)).filter((end) => end.partition === 0)
  same('the log start', first.low, '1')
  await admin.createPartitions({ topicPartitions: [{ topic: TOPIC, count: 5 }] })
  const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] })
  same('partitions', topics[0].partitions.length, 5)
  await admin.deleteGroups([GROUP])
  await admin.deleteTopics({ topics: [TOPIC] })
  same('topics left', (await admin.listTopics()).includes(TOPIC), false)
}

await main(async (bootstrap) => {
  const kafka = new Kafka({ clientId: 'kafkajs', brokers: [bootstrap], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  same('created', await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 3 }] }), true)
  same('created again', await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 3 }] }), false)
  await produce(kafka)
  await consume(kafka)
  await administrate(admin)
  await admin.disconnect()
  return `${COUNT} records, a group of two`
})
