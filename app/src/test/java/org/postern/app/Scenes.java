package org.postern.app;

import java.util.Map;

/** Who plays the commands of each page. */
final class Scenes {
    /** Prepares what the page takes for granted, and types every command of it. */
    interface Scene {
        void play(PlayedPage page) throws Exception;
    }

    static final Map<String, Scene> ALL = Map.of(
            "README.md", ReadmeScene::play,
            "docs/begin.md", DnsScenes::begin,
            "docs/explain.md", ExplainScene::play,
            "docs/install.md", DnsScenes::install,
            "docs/operate.md", OperateScene::play,
            "docs/postfix.md", PlayedPage::rest,
            "docs/quarantine.md", QuarantineScene::play,
            "docs/send.md", DnsScenes::send,
            "docs/sign.md", DnsScenes::sign);

    private Scenes() {}
}
