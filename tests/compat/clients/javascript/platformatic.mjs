// platformatic.mjs BOOTSTRAP: topics, a producer with four codecs, a group, offsets, by @platformatic/kafka.
import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'

import { COUNT, main, records, same, sorted } from './check.mjs'

const TOPIC = 'by-platformatic'
const GROUP = 'platformatic-readers'
const CODECS = ['none', 'gzip', 'snappy', 'lz4']  // zstd wants a newer Node

async function produce(common) {
  const producer = new Producer({ ...common, serializers: stringSerializers, idempotent: true, acks: -1 })
  for (let from = 0; from < COUNT; from += 100) {
    await producer.send({
      compression: CODECS[(from / 100) % CODECS.length],
      messages: records.slice(from, from + 100).map((record) => ({ ...record, topic: TOPIC }))
    })
  }
  await producer.close()
}

async function consume(common) {
  const consumer = new Consumer({ ...common, groupId: GROUP, deserializers: stringDeserializers })
  const stream = await consumer.consume({
    topics: [TOPIC], mode: 'earliest', autocommit: true, sessionTimeout: 10000, heartbeatInterval: 500
  })
  const read = []
  for await (const message of stream) {
    read.push(message.value)
    if (read.length >= COUNT) break
  }
  await consumer.close(true)
  same('the records', sorted(read), sorted(records.map((record) => record.value)))
}

await main(async (bootstrap) => {
  const common = { clientId: 'platformatic', bootstrapBrokers: [bootstrap] }
  const admin = new Admin(common)
  await admin.createTopics({ topics: [TOPIC], partitions: 3, replicas: 1 })
  await produce(common)
  await consume(common)
  const groups = await admin.listGroups()
  same('the group is listed', groups.has(GROUP), true)
  await admin.deleteGroups({ groups: [GROUP] })
  await admin.deleteTopics({ topics: [TOPIC] })
  await admin.close()
  return `${COUNT} records with ${CODECS.join(', ')}`
})
