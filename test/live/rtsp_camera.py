#!/usr/bin/python3
"""A camera for tests: an RTSP server that plays H.264, H.265 or JPEG pictures in a loop, as fast as a wall clock says, whoever watches.

    rtsp_camera.py CLIP.h264 --port 8554 --fps 7 [--epoch SECONDS] [--path /stream] [--user NAME --password SECRET [--digest]]
                   [--codec h265|jpeg] [--sound] [--udp] [--wait]

CLIP.h264 is Annex B with an access unit delimiter before each picture, without B frames; CLIP.jpeg is one picture after another. With
--sound it sends a tone and no pictures. Picture n of the loop is sent at
epoch + n / fps, so that a camera that was killed goes on where it would be. A viewer first gets the pictures since the last key
frame. Prints "ready" when it listens; with --wait it first prints "loaded" and waits for the epoch on a line of standard input.
"""
import argparse
import re
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

# what a picture begins with, and the start of a key frame
DELIMITERS = {"h264": b"\x00\x00\x00\x01\x09", "h265": b"\x00\x00\x00\x01\x46\x01", "jpeg": b"\xff\xd8\xff"}
KEYS = {"h264": b"\x00\x00\x01[\x05\x25\x45\x65]", "h265": b"\x00\x00\x01[\x26\x28]\x01", "jpeg": b"\xff\xd8\xff"}
CAPS = {codec: f"video/x-{codec},stream-format=byte-stream,alignment=au" for codec in ["h264", "h265"]}
CAPS["jpeg"] = "image/jpeg"


class Clip:
    """The pictures of a stream."""

    def __init__(self, path, codec):
        data = open(path, "rb").read()
        starts = [match.start() for match in re.finditer(re.escape(DELIMITERS[codec]), data)]
        self.pictures = [data[a:b] for a, b in zip(starts, [*starts[1:], len(data)])]
        self.key = [re.search(KEYS[codec], picture) is not None for picture in self.pictures]

    def last_key(self, n):
        while not self.key[n % len(self.pictures)]:
            n -= 1
        return n


class Feed:
    """Gives one pipeline its pictures in time."""

    def __init__(self, clip, fps, epoch, source):
        self.clip, self.fps, self.epoch, self.source = clip, fps, epoch, source
        self.next = clip.last_key(self.due())
        self.ended = False
        GLib.timeout_add(1, self.push)

    def end(self, *_):
        self.ended = True

    def due(self):
        return int((time.time() - self.epoch) * self.fps)

    def running_time(self):
        # appsrc's own do-timestamp takes the time since boot while the pipeline starts, and nothing is sent until then
        clock, base = self.source.get_clock(), self.source.get_base_time()
        return max(0, clock.get_time() - base) if clock and base else 0

    def push(self):
        if self.ended:
            return False
        now = self.due()
        if now - self.next > 10 * self.fps:  # it was frozen
            self.next = self.clip.last_key(now)
        while self.next <= now:
            picture = self.clip.pictures[self.next % len(self.clip.pictures)]
            buffer = Gst.Buffer.new_wrapped(picture)
            buffer.pts = self.running_time()
            if self.source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return True  # the pipeline is not yet up
            self.next += 1
        wait = self.epoch + self.next / self.fps - time.time()
        GLib.timeout_add(max(1, int(1000 * wait)), self.push)
        return False


def configured(clip, fps, epoch):
    def configure(_, media):
        source = media.get_element().get_by_name("source")
        if source:  # there is none of sound
            media.connect("unprepared", Feed(clip, fps, epoch, source).end)

    return configure


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("clip")
    parser.add_argument("--port", default="8554")
    parser.add_argument("--fps", type=float, default=7)
    parser.add_argument("--epoch", type=float, default=time.time())
    parser.add_argument("--path", default="/stream")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--digest", action="store_true")
    parser.add_argument("--codec", choices=list(CAPS), default="h264")
    parser.add_argument("--sound", action="store_true")
    parser.add_argument("--udp", action="store_true")
    parser.add_argument("--wait", action="store_true")
    options = parser.parse_args()

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_shared(True)
    interval = "" if options.codec == "jpeg" else " config-interval=-1"
    pictures = (
        f"( appsrc name=source is-live=true format=time max-bytes=0 caps={CAPS[options.codec]}"
        f" ! {options.codec}parse ! rtp{options.codec}pay name=pay0 pt=96{interval} )"
    )
    sound = "( audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0 pt=8 )"
    factory.set_launch(sound if options.sound else pictures)
    if options.udp:
        factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
    clip = Clip(options.clip, options.codec)
    if options.user:
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        if options.digest:
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
            auth.add_digest(options.user, options.password, token)
        else:
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
        server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("viewer", "media.factory.access", True)
        permissions.add_permission_for_role("viewer", "media.factory.construct", True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory(options.path, factory)
    if options.wait:
        print("loaded", flush=True)
        options.epoch = float(sys.stdin.readline())
    factory.connect("media-configure", configured(clip, options.fps, options.epoch))
    if server.attach(None) == 0:
        sys.exit("the port is taken")
    print("ready", flush=True)
    GLib.MainLoop().run()


main()
