// What the programs here have in common: records to send, and how a difference ends them.
import { deepStrictEqual } from 'node:assert'

export const COUNT = 600
export const records = Array.from({ length: COUNT }, (_, n) => ({ key: `k${n % 50}`, value: `value ${n}` }))

export function same(what, got, expected) {
  try {
    deepStrictEqual(got, expected)
  } catch (difference) {
    throw new Error(`${what}: ${difference.message}`)
  }
}

export function sorted(values) {
  return [...values].sort()
}

// Waits until the condition holds; an error after `seconds`.
export async function until(what, condition, seconds = 30) {
  const end = Date.now() + seconds * 1000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export async function main(run) {
  try {
    console.log(await run(process.argv[2]))
    process.exit(0)
  } catch (error) {
    console.error(error)
    process.exit(1)
  }
}
