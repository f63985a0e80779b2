package org.postern.spf;

/** A modifier that this version does not know, and passes over: RFC 7208 §6. */
public record Modifier(String name, MacroString value) {
    @Override
    public String toString() {
        return name + "=" + value;
    }
}
