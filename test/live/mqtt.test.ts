import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { SILENT } from '../../src/live/monitoring/log.ts';
import { MqttPublisher } from '../../src/live/monitoring/mqtt.ts';
import { cameraParametersSchema } from '../../src/live/parameters.ts';
import { Broker, endAll, later, needing, SAMPLE, standIn, statusOf, until } from './rig.ts';
import { follow } from './scenarios.ts';

afterEach(endAll);

describe('MQTT', needing('broker'), () => {
  it('publishes events, counts and states; goes on when the broker is back; says goodbye', async () => {
    const broker = await Broker.start();
    const { got } = await broker.listen();
    const live = await follow(
      { cameras: [{ name: 'yard', url: SAMPLE }], detector: standIn(), realtime: true, mqtt: broker.url },
      {
        live: { eventRate: 10 },
        zones: {
          yard: {
            points: [
              [50, 150],
              [200, 150],
              [200, 250],
              [50, 250],
            ],
          },
        },
      },
    );
    await until('events', () => got.some(([, text]) => text.includes('"updated"')));
    const topics = new Map(got);
    expect(topics.get('twintrack/status')).toBe('online');
    const events = got.filter(([topic]) => topic === 'twintrack/yard/events').map(([, text]) => JSON.parse(text));
    expect(events.slice(0, 2).map(({ event, camera }) => [event, camera])).toEqual([
      ['connected', 'yard'],
      ['started', 'yard'],
    ]);
    await until('who comes into a zone', () =>
      got.some(([topic, text]) => topic === 'twintrack/yard/events' && text.includes('"entered"')),
    );
    const entered = got.find(([, text]) => text.includes('"entered"'))![1];
    expect(JSON.parse(entered)).toMatchObject({ event: 'entered', camera: 'yard', id: 1, zone: 'yard' });
    await until('count and state', () =>
      got.some(([topic, text]) => topic === 'twintrack/yard/people' && text === '1'),
    );
    await until('count and state', () =>
      got.some(([topic, text]) => topic === 'twintrack/yard/state' && text === 'live'),
    );

    await broker.kill();
    await until('it is noticed', () => live.status.mqtt?.connected === false);
    const { processed } = statusOf(live);
    await until('people are followed on', () => statusOf(live).processed > processed + 3);
    await broker.start();
    const again = await broker.listen();
    await until('events of the time without a broker', () =>
      again.got.some(([topic, text]) => topic === 'twintrack/yard/events' && text.includes('"updated"')),
    );
    await live.close();
    await until('goodbye', () => again.got.some(([topic, text]) => topic === 'twintrack/status' && text === 'offline'));
    expect(again.got.filter(([topic]) => topic === 'twintrack/yard/events').at(-1)?.[1]).toContain('"stopped"');
  });

  it('leaves no values of a camera that is taken away, and none of people there at the end', async () => {
    const broker = await Broker.start();
    const { got } = await broker.listen();
    const cameras = ['stays', 'goes'].map((name) => ({ name, url: SAMPLE }));
    const live = await follow({ cameras, detector: standIn(), realtime: true, mqtt: broker.url });
    const published = (...message: [topic: string, text: string]) =>
      until(message.join(' '), () => got.some((one) => isDeepStrictEqual(one, message)));
    for (const { name } of cameras) {
      await published(`twintrack/${name}/state`, 'live');
      await published(`twintrack/${name}/people`, '1');
    }
    await live.reconfigure({ cameras: cameras.slice(0, 1), parameters: cameraParametersSchema.parse({}) });
    await published('twintrack/goes/state', '');
    await published('twintrack/goes/people', '');
    await live.close();
    const { client, got: kept } = await broker.listen();
    await client.publishAsync('last', ''); // comes after all that the broker has kept
    await until('what the broker keeps', () => kept.some(([topic]) => topic === 'last'));
    expect(kept.slice(0, -1).sort()).toEqual([
      ['twintrack/status', 'offline'],
      ['twintrack/stays/people', '0'],
      ['twintrack/stays/state', 'offline'],
    ]);
  });

  it('publishes the values when the broker is back, however much has happened meanwhile', async () => {
    const broker = await Broker.start();
    await broker.kill();
    const publisher = await MqttPublisher.connect(broker.url, { mqttTopic: 'a', mqttBuffer: 10 }, SILENT);
    later(() => publisher.close());
    publisher.value('door', 'people', 2);
    const time = new Date().toISOString();
    for (let i = 0; i < 100; i++) publisher.event({ event: 'connected', camera: 'door', time });
    await broker.start();
    const { got } = await broker.listen();
    await until('the value', () => got.some(([topic, text]) => topic === 'a/door/people' && text === '2'));
  });

  it('keeps so many messages and no more until the broker answers, the newest', async () => {
    const broker = await Broker.start();
    const { got } = await broker.listen(); // before the publisher, whose messages the broker does not keep
    const publisher = await MqttPublisher.connect(broker.url, { mqttTopic: 'a/b', mqttBuffer: 10 }, SILENT);
    later(() => publisher.close());
    expect(publisher.connected).toBe(false);
    const time = new Date().toISOString();
    for (let i = 0; i < 100; i++) publisher.event({ event: 'connected', camera: `c${i}`, time });
    expect(publisher.dropped).toBe(90);
    await until('they come', () => got.some(([topic]) => topic === 'a/b/c99/events'));
    expect(got.filter(([topic]) => topic.endsWith('/events')).map(([topic]) => topic)).toEqual(
      Array.from({ length: 10 }, (_, i) => `a/b/c${90 + i}/events`),
    );
  });
});
