package org.postern.spf;

/**
 * A mechanism and what its match means: RFC 7208 §4.6.1.
 *
 * @param written it as the record has it
 */
public record Directive(Qualifier qualifier, Mechanism mechanism, String written) {
    /** One that nobody has written yet. */
    public Directive(Qualifier qualifier, Mechanism mechanism) {
        this(qualifier, mechanism, (qualifier == Qualifier.PASS ? "" : String.valueOf(qualifier.sign())) + mechanism);
    }

    @Override
    public String toString() {
        return written;
    }
}
