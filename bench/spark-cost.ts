// What Spark's tasks took and moved in each step, from the event logs of its applications: `npx tsx bench/spark-cost.ts DIR`,
// after a run with KITH_SPARK_CONF="spark.eventLog.enabled=true;spark.eventLog.compress=false;spark.eventLog.dir=DIR".
// Processor time does not depend on what else the machine does. The tables of docs/scale.md come from it.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { amountText, bytes, seconds } from './words.ts';

interface Event {
  Event: string;
  'App Name'?: string;
  'Task Metrics'?: {
    'Executor CPU Time': number;
    'JVM GC Time': number;
    'Peak Execution Memory': number;
    'Disk Bytes Spilled': number;
    'Shuffle Write Metrics': { 'Shuffle Bytes Written': number; 'Shuffle Records Written': number };
    'Output Metrics': { 'Bytes Written': number };
  };
}

/** Of all tasks of an application. */
interface Cost {
  name: string;
  tasks: number;
  coreSeconds: number;
  longestTask: number;
  collectionSeconds: number;
  shuffledBytes: number;
  shuffledRecords: number;
  writtenBytes: number;
  spilledBytes: number;
  mostMemory: number;
}

function costOf(files: readonly string[]): Cost {
  const cost: Cost = {
    name: '?',
    tasks: 0,
    coreSeconds: 0,
    longestTask: 0,
    collectionSeconds: 0,
    shuffledBytes: 0,
    shuffledRecords: 0,
    writtenBytes: 0,
    spilledBytes: 0,
    mostMemory: 0,
  };
  for (const line of files.flatMap((file) => readFileSync(file, 'utf8').split('\n'))) {
    if (line === '') continue;
    const event = JSON.parse(line) as Event;
    if (event.Event === 'SparkListenerApplicationStart') cost.name = event['App Name'] ?? '?';
    const metrics = event['Task Metrics'];
    if (event.Event !== 'SparkListenerTaskEnd' || !metrics) continue;
    const seconds = metrics['Executor CPU Time'] / 1e9;
    cost.tasks++;
    cost.coreSeconds += seconds;
    cost.longestTask = Math.max(cost.longestTask, seconds);
    cost.collectionSeconds += metrics['JVM GC Time'] / 1e3;
    cost.shuffledBytes += metrics['Shuffle Write Metrics']['Shuffle Bytes Written'];
    cost.shuffledRecords += metrics['Shuffle Write Metrics']['Shuffle Records Written'];
    cost.writtenBytes += metrics['Output Metrics']['Bytes Written'];
    cost.spilledBytes += metrics['Disk Bytes Spilled'];
    cost.mostMemory = Math.max(cost.mostMemory, metrics['Peak Execution Memory']);
  }
  return cost;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: npx tsx bench/spark-cost.ts DIR');
const logs = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /^events_\d+_/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));
const applications = [...new Set(logs.map((log) => dirname(log)))].sort();
for (const application of applications) {
  const cost = costOf(logs.filter((log) => dirname(log) === application));
  const lines = [
    `${seconds(cost.coreSeconds)} of the processor in ${cost.tasks} tasks, the longest ${seconds(cost.longestTask)}`,
    `${seconds(cost.collectionSeconds)} of garbage collection`,
    `${bytes(cost.shuffledBytes)} shuffled in ${amountText(cost.shuffledRecords)} records, ${bytes(cost.writtenBytes)} written`,
    `${bytes(cost.spilledBytes)} spilled, at most ${bytes(cost.mostMemory)} held by a task`,
  ];
  console.log(`${cost.name}\n  ${lines.join('\n  ')}`);
}
