package org.postern.app;

import java.util.Map;

/** Who plays the commands of each page. */
final class Scenes {
    /** Prepares what the page takes for granted, and types every command of it. */
    interface Scene {
        void play(PlayedPage page) throws Exception;
    }

    static final Map<String, Scene> ALL = Map.ofEntries(
            Map.entry("README.md", ReadmeScene::play),
            Map.entry("docs/backup.md", BackupScene::play),
            Map.entry("docs/begin.md", DnsScenes::begin),
            Map.entry("docs/checks.md", DnsScenes::checks),
            Map.entry("docs/configuration.md", PlayedPage::rest),
            Map.entry("docs/explain.md", ExplainScene::play),
            Map.entry("docs/install.md", DnsScenes::install),
            Map.entry("docs/limits.md", PlayedPage::rest),
            Map.entry("docs/log.md", LogScene::play),
            Map.entry("docs/operate.md", OperateScene::play),
            Map.entry("docs/postfix.md", PlayedPage::rest),
            Map.entry("docs/quarantine.md", QuarantineScene::play),
            Map.entry("docs/receive.md", ReceiveScene::play),
            Map.entry("docs/relay.md", RelayScene::play),
            Map.entry("docs/send.md", DnsScenes::send),
            Map.entry("docs/sign.md", DnsScenes::sign));

    private Scenes() {}
}
