package org.postern.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A schema of {@code docs}, which a program that we did not write holds our JSON to. */
final class Schema {
    private static final String CHECK = """
        import json, jsonschema, sys
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.load(sys.stdin), schema)
        """;

    private Schema() {}

    /** That of {@code docs/NAME.schema.json} permits {@code json}. */
    static void permits(String name, String json) throws IOException, InterruptedException {
        Program python = new Program(Path.of("/usr/bin/python3"));
        if (python.run("-c", "import jsonschema").exit() != 0) {
            throw Program.missing("python3-jsonschema");
        }
        python.run(
                        new ByteArrayInputStream(json.getBytes(UTF_8)),
                        Map.of(),
                        "-c",
                        CHECK,
                        "../docs/" + name + ".schema.json")
                .succeeded();
    }
}
