import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.ValidateOutcome;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.MultipleItemsData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.form.api.FormEntryCaption;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.parse.XFormParser;
import org.javarosa.xform.util.XFormAnswerDataParser;
import org.javarosa.xform.util.XFormUtils;
import org.opendatakit.validate.StubPropertyManager;

/**
 * Fills forms with JavaRosa, the engine inside ODK Collect, as a person with a phone does:
 * question by question, only those that are asked, and not on before an answer is taken.
 *
 * <p>Reads requests from standard input, fields parted by tabs: what to do, a folder, a
 * seed. The folder holds form.xml, the files that it needs, answers.tsv (a path and an
 * answer a line) and for an edit before.xml. A form that is filled is written to
 * submission.xml, and what was answered to said.tsv, or what is shown; the line "done" or
 * the reason of a refusal is the answer.
 */
public class Filler {
    private static final int MOST_ATTEMPTS = 60;
    private static final int MOST_ROWS = 3;
    private static final Set<String> LANGUAGES = Set.of("Українська (uk)", "English (en)");

    private final Path folder;
    private final FormDef form;
    private final FormEntryController hand;
    private final Map<String, String> answers = new LinkedHashMap<>();
    private final Map<String, String> said = new LinkedHashMap<>();
    private final Random chance;

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        new XFormsModule().registerModule();
        PropertyManager.setPropertyManager(new StubPropertyManager());
        try (Scanner requests = new Scanner(System.in, StandardCharsets.UTF_8)) {
            while (requests.hasNextLine()) {
                String[] asked = requests.nextLine().split("\t", -1);
                out.println(answer(asked).replace("\n", " "));
            }
        }
    }

    private static String answer(String[] asked) {
        try {
            Filler filler = new Filler(Path.of(asked[1]), asked[2]);
            filler.load(asked[0].equals("edit"));
            if (asked[0].equals("show")) {
                filler.show();
            } else {
                filler.walk();
                filler.finish();
            }
            return "done";
        } catch (Refusal refusal) {
            return refusal.getMessage();
        } catch (Exception failure) {
            failure.printStackTrace();
            return "failed: " + failure;
        }
    }

    private Filler(Path folder, String seed) throws Exception {
        this.folder = folder;
        this.chance = seed.isEmpty() ? null : new Random(Long.parseLong(seed));
        ReferenceManager.instance().reset();
        ReferenceManager.instance().addReferenceFactory(new Beside(folder));
        String path = folder.resolve("form.xml").toString();
        String beside = folder.toString();
        try (InputStream xml = new FileInputStream(path)) {
            form = XFormUtils.getFormFromInputStream(xml, beside);
        }
        hand = new FormEntryController(new FormEntryModel(form));
        if (!Set.of(hand.getModel().getLanguages()).equals(LANGUAGES)) {
            throw new Refusal("languages", "other than expected");
        }
        for (String line : Files.readAllLines(folder.resolve("answers.tsv"))) {
            String[] parts = line.split("\t", 2);
            answers.put(parts[0], parts[1].replace("\\n", "\n"));
        }
    }

    /** Begins a new form, or takes up one that was sent as Collect does to edit it. */
    private void load(boolean isEdit) throws Exception {
        if (!isEdit) {
            form.initialize(true, new InstanceInitializationFactory());
            return;
        }
        byte[] sent = Files.readAllBytes(folder.resolve("before.xml"));
        TreeElement saved = XFormParser.restoreDataModel(sent, null).getRoot();
        TreeElement root = form.getInstance().getRoot().deepCopy(true);
        root.populate(saved, form);
        form.getInstance().setRoot(root);
        form.initialize(false, new InstanceInitializationFactory());
        TreeElement meta = form.getInstance().getRoot().getFirstChild("meta");
        TreeElement id = meta.getFirstChild("instanceID");
        TreeElement replaced = meta.getFirstChild("deprecatedID");
        if (replaced == null) {
            replaced = new TreeElement("deprecatedID", 0);
            meta.addChild(replaced);
        }
        replaced.setValue(id.getValue().clone());
        id.setValue(new StringData("uuid:" + UUID.randomUUID()));
    }

    /** Goes from the first question to the last; where it comes to a dead end, once more. */
    private void walk() throws Exception {
        for (int left = MOST_ATTEMPTS; ; left--) {
            try {
                answerAll();
                return;
            } catch (DeadEnd end) {
                if (left == 0) {
                    throw end;
                }
            }
        }
    }

    private void answerAll() throws Exception {
        hand.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        Set<String> unused = new TreeSet<>(chance == null ? answers.keySet() : Set.of());
        int event;
        while ((event = hand.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM) {
            if (event == FormEntryController.EVENT_QUESTION) {
                ask();
                unused.remove(place());
            } else if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT && wantsRow()) {
                hand.newRepeat();
            } else if (event == FormEntryController.EVENT_GROUP
                    || event == FormEntryController.EVENT_REPEAT) {
                read(hand.getModel().getCaptionPrompt());
            }
        }
        if (!unused.isEmpty()) {
            throw new Refusal(unused.iterator().next(), "is not asked");
        }
    }

    private boolean wantsRow() {
        String row = place() + "/";
        if (chance != null) {
            return row.matches(".*\\[[1-" + MOST_ROWS + "]\\]/") && chance.nextBoolean();
        }
        return answers.keySet().stream().anyMatch(path -> path.startsWith(row));
    }

    private void ask() {
        FormEntryPrompt prompt = hand.getModel().getQuestionPrompt();
        read(prompt);
        List<SelectChoice> choices = choices(prompt);
        for (String language : LANGUAGES) {
            hand.setLanguage(language);
            for (SelectChoice choice : choices) {
                if (isBlank(prompt.getSelectChoiceText(choice))) {
                    throw new Refusal(place(), choice.getValue() + " has no text in " + language);
                }
            }
        }
        if (prompt.isReadOnly()) {
            return;
        }
        if (chance == null) {
            // An edit leaves alone what it says nothing of.
            boolean isLeft = !answers.containsKey(place()) && prompt.getAnswerValue() != null;
            String given = isLeft ? shown(prompt) : answers.getOrDefault(place(), "");
            String refused = give(prompt, given);
            if (refused != null) {
                throw new Refusal(place(), refused);
            }
            return;
        }
        List<String> tries = new ArrayList<>(possible(prompt));
        Collections.shuffle(tries, chance);
        int skip = prompt.isRequired() || chance.nextInt(3) > 0 ? tries.size() : 0;
        tries.add(skip, "");
        for (String one : tries) {
            if (give(prompt, one) == null) {
                return;
            }
        }
        throw new DeadEnd(place());
    }

    /** Answers the question that is asked; returns why it was not taken, or null. */
    private String give(FormEntryPrompt prompt, String text) {
        IAnswerData answer;
        try {
            answer = typed(prompt, text);
        } catch (IllegalArgumentException unfit) {
            return unfit.getMessage();
        }
        switch (hand.answerQuestion(answer, true)) {
            case FormEntryController.ANSWER_OK:
                said.put(place(), text);
                return null;
            case FormEntryController.ANSWER_REQUIRED_BUT_EMPTY:
                return "needs an answer";
            default:
                for (String language : LANGUAGES) {
                    hand.setLanguage(language);
                    if (isBlank(prompt.getConstraintText())) {
                        throw new Refusal(place(), "refuses without a word in " + language);
                    }
                }
                return prompt.getConstraintText();
        }
    }

    private IAnswerData typed(FormEntryPrompt prompt, String text) {
        if (text.isEmpty()) {
            return null;
        }
        switch (prompt.getControlType()) {
            case Constants.CONTROL_SELECT_ONE:
                return new SelectOneData(chosen(prompt, text));
            case Constants.CONTROL_SELECT_MULTI:
                List<Selection> several = new ArrayList<>();
                for (String name : text.split(" ")) {
                    several.add(chosen(prompt, name));
                }
                return new MultipleItemsData(several);
            case Constants.CONTROL_INPUT:
                return XFormAnswerDataParser.getAnswerData(
                        text, prompt.getDataType(), prompt.getQuestion());
            default:
                return new StringData(text);
        }
    }

    private static Selection chosen(FormEntryPrompt prompt, String name) {
        for (SelectChoice choice : choices(prompt)) {
            if (choice.getValue().equals(name)) {
                return choice.selection();
            }
        }
        throw new IllegalArgumentException("does not offer " + name);
    }

    private static List<SelectChoice> choices(FormEntryPrompt prompt) {
        boolean isSelect = prompt.getControlType() == Constants.CONTROL_SELECT_ONE
                || prompt.getControlType() == Constants.CONTROL_SELECT_MULTI;
        return isSelect ? prompt.getSelectChoices() : List.of();
    }

    private static String shown(FormEntryPrompt prompt) {
        return prompt.getAnswerValue().uncast().getString();
    }

    /** What could be answered: what is offered, else what was given for a kind of question. */
    private List<String> possible(FormEntryPrompt prompt) {
        List<String> found = new ArrayList<>();
        for (SelectChoice choice : choices(prompt)) {
            found.add(choice.getValue());
        }
        if (prompt.getControlType() == Constants.CONTROL_SELECT_MULTI && found.size() > 1) {
            for (int pair = 0; pair < MOST_ROWS; pair++) {
                Set<String> two = new TreeSet<>();
                two.add(found.get(chance.nextInt(found.size())));
                two.add(found.get(chance.nextInt(found.size())));
                found.add(String.join(" ", two));
            }
        }
        if (!found.isEmpty()) {
            return found;
        }
        String type = String.valueOf(prompt.getDataType());
        String own = answers.getOrDefault(name(), answers.getOrDefault(type, ""));
        return own.isEmpty() ? found : List.of(own.split("\n"));
    }

    private void read(FormEntryCaption caption) {
        for (String language : LANGUAGES) {
            hand.setLanguage(language);
            boolean hasText = caption.getFormElement().getTextID() != null;
            if (hasText && isBlank(caption.getQuestionText())) {
                throw new Refusal(place(), "has no text in " + language);
            }
        }
    }

    /** Ends the form, as the button in Collect does, and writes what would be sent. */
    private void finish() throws Exception {
        ValidateOutcome wrong = form.validate(true);
        for (int left = MOST_ATTEMPTS; chance != null && wrong != null && left > 0; left--) {
            walk();
            wrong = form.validate(true);
        }
        if (wrong != null) {
            throw new Refusal(path(wrong.failedPrompt), "is not valid at the end");
        }
        hand.finalizeFormEntry();
        byte[] xml = new XFormSerializingVisitor().serializeInstance(form.getInstance());
        Files.write(folder.resolve("submission.xml"), xml);
        Set<String> asked = new TreeSet<>();
        hand.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        int event;
        while ((event = hand.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM) {
            if (event == FormEntryController.EVENT_QUESTION) {
                asked.add(place());
            }
        }
        said.keySet().retainAll(asked);
        List<String> lines = new ArrayList<>();
        said.forEach((path, text) -> lines.add(path + "\t" + text.replace("\n", "\\n")));
        Files.write(folder.resolve("said.tsv"), lines);
    }

    /** Answers what is named, and writes what is shown then, whatever is still wanting. */
    private void show() throws Exception {
        hand.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        int event;
        while ((event = hand.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM) {
            if (event == FormEntryController.EVENT_QUESTION && answers.containsKey(name())) {
                FormEntryPrompt prompt = hand.getModel().getQuestionPrompt();
                hand.answerQuestion(typed(prompt, answers.get(name())), true);
            }
        }
        List<String> lines = new ArrayList<>();
        hand.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        while ((event = hand.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM) {
            if (event == FormEntryController.EVENT_QUESTION) {
                FormEntryPrompt prompt = hand.getModel().getQuestionPrompt();
                String label = prompt.getLongText().replace("\n", " ");
                lines.add(name() + "\t" + choices(prompt).size() + "\t" + label);
            }
        }
        Files.write(folder.resolve("said.tsv"), lines);
    }

    private String name() {
        return hand.getModel().getFormIndex().getReference().getNameLast();
    }

    private String place() {
        return path(hand.getModel().getFormIndex());
    }

    private static String path(FormIndex index) {
        TreeReference reference = index.getReference();
        StringBuilder path = new StringBuilder();
        for (int level = 0; level < reference.size(); level++) {
            int number = Math.max(reference.getMultiplicity(level), 0) + 1;
            path.append('/').append(reference.getName(level)).append('[').append(number).append(']');
        }
        return path.toString();
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }

    /** What a person at the phone is told. */
    private static class Refusal extends RuntimeException {
        Refusal(String path, String reason) {
            super(path + "\t" + reason);
        }
    }

    /** None of the answers that were tried is taken, for want of others or of earlier ones. */
    private static class DeadEnd extends Refusal {
        DeadEnd(String path) {
            super(path, "takes none of the answers that were tried");
        }
    }

    /** Finds the files of a form, jr://file/… and the like, in its folder. */
    private static class Beside extends PrefixedRootFactory {
        private final Path folder;

        Beside(Path folder) {
            super(new String[] {"file/", "file-csv/", "images/", "audio/", "video/"});
            this.folder = folder;
        }

        @Override
        protected Reference factory(String terminal, String uri) {
            return new Stored(folder.resolve(new File(terminal).getName()), uri);
        }
    }

    private record Stored(Path path, String uri) implements Reference {
        @Override
        public boolean doesBinaryExist() {
            return Files.exists(path);
        }

        @Override
        public InputStream getStream() throws IOException {
            return new ByteArrayInputStream(Files.readAllBytes(path));
        }

        @Override
        public String getURI() {
            return uri;
        }

        @Override
        public String getLocalURI() {
            return path.toString();
        }

        @Override
        public boolean isReadOnly() {
            return true;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            throw new IOException("read only");
        }

        @Override
        public void remove() throws IOException {
            throw new IOException("read only");
        }

        @Override
        public Reference[] probeAlternativeReferences() {
            return new Reference[0];
        }
    }
}
