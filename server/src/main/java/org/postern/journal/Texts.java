package org.postern.journal;

import java.util.function.BinaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** All texts of an entry, to be changed, whatever members it has. Apart from {@link Mask}, which a start loads: it does without JSON. */
final class Texts {
    private final ObjectNode tree;

    Texts(Entry entry) {
        this.tree = (ObjectNode) Codec.tree(entry);
    }

    /** The entry as it is now. */
    Entry entry() {
        return Codec.entry(tree);
    }

    /**
     * Changes every text, but for what names the message, which is nobody.
     *
     * @param change from a member's name and its text to another text
     */
    void each(BinaryOperator<String> change) {
        each("", tree, change);
    }

    private static void each(String member, JsonNode node, BinaryOperator<String> change) {
        switch (node) {
            case ObjectNode object ->
                object.propertyNames().stream().toList().forEach(name -> {
                    JsonNode value = object.get(name);
                    if (value instanceof StringNode text) {
                        if (!name.equals("messageId")) {
                            object.put(name, change.apply(name, text.stringValue()));
                        }
                    } else {
                        each(name, value, change);
                    }
                });
            case ArrayNode list -> {
                for (int i = 0; i < list.size(); i++) {
                    if (list.get(i) instanceof StringNode text) {
                        list.set(i, StringNode.valueOf(change.apply(member, text.stringValue())));
                    } else {
                        each(member, list.get(i), change);
                    }
                }
            }
            default -> {}
        }
    }
}
