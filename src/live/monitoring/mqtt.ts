import type { MqttClient } from 'mqtt';
import { printable, UsageError } from '../../core/errors.ts';
import type { LiveEvent } from '../outputs/events.ts';
import type { Log } from './log.ts';

/** Settings of {@link MqttPublisher}. */
export interface MqttOptions {
  /** What topics begin with. */
  readonly mqttTopic: string;
  /** Messages kept while the broker is away. */
  readonly mqttBuffer: number;
}

interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** Messages that are on their way at once. */
const IN_FLIGHT = 32;

/**
 * Publishes what happens at the cameras, for as long as the broker can be reached, and then again. Below the first topic:
 *
 * - `status`: `online`, or `offline` when this program has ended, however it did (retained, last will);
 * - `<camera>/events`: the events, as in `events.jsonl`;
 * - `<camera>/people`: number of people, when it changes (retained);
 * - `<camera>/state`: `connecting`, `live` or `offline` (retained).
 *
 * The last two are 0 and `offline` at the end, and removed with the camera.
 */
export class MqttPublisher {
  /** Messages given up as the broker was away for too long. */
  dropped = 0;
  readonly #client: MqttClient;
  readonly #topic: string;
  readonly #most: number;
  readonly #queue: Message[] = [];
  /** The value of each topic of which the broker is to keep one; empty when it is to keep none any more. */
  readonly #retained = new Map<string, string>();
  #inFlight = 0;
  #closing = false;

  /** @throws UsageError when the address is none of a broker */
  static async connect(url: string, options: MqttOptions, log: Log): Promise<MqttPublisher> {
    if (!/^(mqtts?|wss?):\/\/./i.test(url)) {
      throw new UsageError(`--mqtt ${printable(url)}: not the address of a broker; for example mqtt://localhost`);
    }
    const { connect } = await import('mqtt');
    const status = `${options.mqttTopic}/status`;
    const client = connect(url, {
      will: { topic: status, payload: Buffer.from('offline'), qos: 1, retain: true },
      reconnectPeriod: 1000,
      connectTimeout: 10_000,
      queueQoSZero: false,
      resubscribe: false,
    });
    return new MqttPublisher(client, options, printable(url), log);
  }

  private constructor(client: MqttClient, { mqttTopic, mqttBuffer }: MqttOptions, broker: string, log: Log) {
    this.#client = client;
    this.#topic = mqttTopic;
    this.#most = mqttBuffer;
    let told = '';
    const tell = (state: string, reason?: string) => {
      if (`${state}${reason}` === told) return;
      told = `${state}${reason}`;
      if (reason === undefined) log.info({ broker }, state);
      else log.warn({ broker, reason }, state);
    };
    client.on('connect', () => {
      tell('connected to the broker');
      this.#send({ topic: `${mqttTopic}/status`, payload: 'online', retain: true });
      // those set meanwhile, and the others, which the broker may have forgotten
      for (const [topic, payload] of this.#retained) this.#add({ topic, payload, retain: true });
      this.#pump();
    });
    client.on('error', (error) => tell('no broker; it is tried again and again', error.message || error.name));
    client.on('close', () => {
      if (!this.#closing) tell('no broker; it is tried again and again', 'the connection ended');
    });
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  event(event: LiveEvent): void {
    this.#add({ topic: `${this.#topic}/${event.camera}/events`, payload: JSON.stringify(event), retain: false });
  }

  /** Publishes a value of a camera, if it is another than the last. */
  value(camera: string, name: 'people' | 'state', value: string | number): void {
    const topic = `${this.#topic}/${camera}/${name}`;
    const payload = String(value);
    if (this.#retained.get(topic) === payload) return;
    this.#retained.set(topic, payload);
    if (this.connected) this.#add({ topic, payload, retain: true });
  }

  /** Has the broker forget the values of a camera that is no longer followed. */
  forget(camera: string): void {
    for (const name of ['people', 'state'] as const) this.value(camera, name, '');
  }

  /** Publishes what waits and says that this program goes, all within `seconds`, and ends the connection. */
  async close(seconds = 1): Promise<void> {
    this.#closing = true;
    this.#queue.push({ topic: `${this.#topic}/status`, payload: 'offline', retain: true });
    this.#pump();
    const end = performance.now() + 1000 * seconds;
    while (this.connected && this.#inFlight > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await this.#client.endAsync(true);
  }

  #add(message: Message): void {
    this.#queue.push(message);
    if (this.#queue.length > this.#most) {
      this.#queue.shift();
      this.dropped++;
    }
    this.#pump();
  }

  #pump(): void {
    while (this.connected && this.#inFlight < IN_FLIGHT && this.#queue.length > 0) this.#send(this.#queue.shift()!);
  }

  /** The client repeats what the broker has not confirmed when it is back. */
  #send({ topic, payload, retain }: Message): void {
    this.#inFlight++;
    this.#client
      .publishAsync(topic, payload, { qos: 1, retain })
      .catch(() => {
        this.dropped++;
      })
      .finally(() => {
        this.#inFlight--;
        this.#pump();
      });
  }
}
