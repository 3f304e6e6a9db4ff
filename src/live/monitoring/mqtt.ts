import type { MqttClient } from 'mqtt';
import { printable, UsageError } from '../../core/errors.ts';
import type { LiveEvent } from '../outputs/events.ts';
import type { Log } from './log.ts';

/** Settings of {@link MqttPublisher}. */
export interface MqttOptions {
  /** First part of every topic. */
  readonly mqttTopic: string;
  /** Messages kept while the broker is disconnected. */
  readonly mqttBuffer: number;
}

interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** Messages in flight at once. */
const IN_FLIGHT = 32;

/**
 * Publishes the events and the state of the cameras to an MQTT broker, and reconnects when the connection ends. Below the first topic:
 *
 * - `status`: `online`, or `offline` once this program has ended in whatever way (retained, last will);
 * - `<camera>/events`: the events, as in `events.jsonl`;
 * - `<camera>/people`: number of people, when it changes (retained);
 * - `<camera>/state`: `connecting`, `live` or `offline` (retained).
 *
 * At the end `people` becomes 0 and `state` `offline`. Both are removed when the camera is removed.
 */
export class MqttPublisher {
  /** Messages dropped while the broker was disconnected. */
  dropped = 0;
  readonly #client: MqttClient;
  readonly #topic: string;
  readonly #most: number;
  readonly #queue: Message[] = [];
  /** The retained value of each topic; empty when the broker is to retain none any more. */
  readonly #retained = new Map<string, string>();
  #inFlight = 0;
  #closing = false;

  /** @throws UsageError when the URL is not one of a broker */
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
    let reported = '';
    const report = (state: string, reason?: string) => {
      if (`${state}${reason}` === reported) return;
      reported = `${state}${reason}`;
      if (reason === undefined) log.info({ broker }, state);
      else log.warn({ broker, reason }, state);
    };
    client.on('connect', () => {
      report('connected to the broker');
      this.#send({ topic: `${mqttTopic}/status`, payload: 'online', retain: true });
      // all values, as the broker may have lost them
      for (const [topic, payload] of this.#retained) this.#add({ topic, payload, retain: true });
      this.#pump();
    });
    client.on('error', (error) => report('no broker; retrying', error.message || error.name));
    client.on('close', () => {
      if (!this.#closing) report('no broker; retrying', 'the connection ended');
    });
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  event(event: LiveEvent): void {
    this.#add({ topic: `${this.#topic}/${event.camera}/events`, payload: JSON.stringify(event), retain: false });
  }

  /** Publishes a value of a camera, if it differs from the last one. */
  value(camera: string, name: 'people' | 'state', value: string | number): void {
    const topic = `${this.#topic}/${camera}/${name}`;
    const payload = String(value);
    if (this.#retained.get(topic) === payload) return;
    this.#retained.set(topic, payload);
    if (this.connected) this.#add({ topic, payload, retain: true });
  }

  /** Has the broker remove the retained values of a camera that was removed. */
  forget(camera: string): void {
    for (const name of ['people', 'state'] as const) this.value(camera, name, '');
  }

  /** Publishes the messages that wait and the status `offline`, for at most `seconds`, and ends the connection. */
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

  /** The client sends again, after a reconnection, what the broker has not confirmed. */
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
